using System.CommandLine;
using Diptych.Common;
using Diptych.Common.Cuda;
using Diptych.Common.Runtime;
using TorchSharp;

namespace Diptych.Cli.Options;

/// <summary>Where the networks run.</summary>
internal sealed class DeviceFlag
{
    private const string LeversName = "--gpu-levers";

    private readonly Option<DeviceChoice?> _option = OptionKinds.Choice<DeviceChoice>("--device", "Where the networks run. Default auto: the first GPU where libtorch has one, else the CPU.");

    private readonly Option<string?> _levers = OptionKinds.Text(LeversName, "LIST", "What is used on a GPU beyond running there: all, none, or some of graph, kernels, channels-last and search. Default all.");

    public void AddTo(Command command)
    {
        command.Add(_option);
        command.Add(_levers);
    }

    /// <summary>Loads libtorch and picks the device.</summary>
    /// <exception cref="DiptychException">libtorch does not load, or a GPU is asked for and there is none.</exception>
    /// <exception cref="UsageException">There is no such lever.</exception>
    public torch.Device Read(OptionValues values)
    {
        var levers = values.OrNone(_levers) is { } list ? GpuLeverList.Parse(LeversName, list) : GpuLevers.All;
        var choice = values.Of(_option, DeviceChoice.Auto);
        TorchRuntime.Load();
        var available = choice != DeviceChoice.Cpu && TorchRuntime.Loaded is { HasCuda: true } && torch.cuda.is_available();
        Gpu.Levers = levers;
        return (choice, available) switch
        {
            (DeviceChoice.Cuda, false) => throw new DiptychException("--device cuda: libtorch finds no GPU; use --device cpu, or see diptych doctor."),
            (_, true) => torch.CUDA,
            _ => torch.CPU,
        };
    }
}
