using System.Diagnostics;
using static TorchSharp.torch;

namespace Diptych.StepTiming;

/// <summary>Sums the time of each phase. On a GPU it waits for the device at every edge, so a step that is timed as a whole takes a clock that is off.</summary>
/// <param name="device">Where the step runs.</param>
/// <param name="isOn">Whether phases are timed at all.</param>
public sealed class PhaseClock(Device device, bool isOn)
{
    private readonly Dictionary<StepPhase, double> _milliseconds = Enum.GetValues<StepPhase>().ToDictionary(phase => phase, _ => 0.0);

    /// <summary>Whether phases are timed at all.</summary>
    public bool IsOn => isOn;

    /// <summary>Milliseconds of every phase so far.</summary>
    public IReadOnlyDictionary<StepPhase, double> Milliseconds => _milliseconds;

    /// <summary>Runs a part of the step and counts its time to a phase.</summary>
    public T Time<T>(StepPhase phase, Func<T> part)
    {
        ArgumentNullException.ThrowIfNull(part);
        if (!isOn)
        {
            return part();
        }

        var begin = Stopwatch.GetTimestamp();
        var result = part();
        Wait(device);
        _milliseconds[phase] += Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        return result;
    }

    /// <summary>Waits until the device has done what it was given.</summary>
    public static void Wait(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (device.type == TorchSharp.DeviceType.CUDA)
        {
            cuda.synchronize();
        }
    }
}
