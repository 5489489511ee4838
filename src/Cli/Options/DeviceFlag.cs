using System.CommandLine;
using Diptych.Common;
using Diptych.Common.Runtime;
using TorchSharp;

namespace Diptych.Cli.Options;

/// <summary>Where the networks run.</summary>
internal sealed class DeviceFlag
{
    private readonly Option<DeviceChoice?> _option = OptionKinds.Choice<DeviceChoice>("--device", "Where the networks run. Default auto: the first GPU where libtorch has one, else the CPU.");

    public void AddTo(Command command) => command.Add(_option);

    /// <summary>Loads libtorch and picks the device.</summary>
    /// <exception cref="DiptychException">libtorch does not load, or a GPU is asked for and there is none.</exception>
    public torch.Device Read(OptionValues values)
    {
        var choice = values.Of(_option, DeviceChoice.Auto);
        TorchRuntime.Load();
        var available = choice != DeviceChoice.Cpu && TorchRuntime.Loaded is { HasCuda: true } && torch.cuda.is_available();
        return (choice, available) switch
        {
            (DeviceChoice.Cuda, false) => throw new DiptychException("--device cuda: libtorch finds no GPU; use --device cpu, or see diptych doctor."),
            (_, true) => torch.CUDA,
            _ => torch.CPU,
        };
    }
}
