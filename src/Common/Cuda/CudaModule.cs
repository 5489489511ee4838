namespace Diptych.Common.Cuda;

/// <summary>The kernels, compiled and loaded for one device.</summary>
internal sealed unsafe class CudaModule
{
    private readonly CudaDriver _driver;
    private readonly nint _context;
    private readonly Dictionary<string, nint> _functions = [];

    private CudaModule(CudaDriver driver, int index)
    {
        _driver = driver;
        Index = index;
        var device = driver.Device(index);
        _context = driver.PrimaryContext(device);
        Multiprocessors = driver.MultiprocessorCount(device);
        var (major, minor) = driver.Capability(device);
        var image = Nvrtc.Open().Compile(Source(), major, minor);
        var before = driver.Enter(_context);
        try
        {
            // Never unloaded: recorded graphs may hold its kernels as long as the process lives.
            var module = driver.LoadModule(image);
            foreach (var name in Names)
            {
                _functions[name] = driver.Function(module, name);
            }
        }
        finally
        {
            driver.Leave(_context, before);
        }
    }

    /// <summary>All kernels.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "group_norm_moments", "group_norm_forward", "group_norm_backward_sums", "group_norm_backward_input", "group_norm_backward_parameters",
        "gated_gelu_forward", "gated_gelu_backward", "add_one", "adamw", "adamw_bytes", "squares", "norm_divisor",
    ];

    /// <summary>The device's index.</summary>
    public int Index { get; }

    /// <summary>How many blocks, at least, it takes to give all of the device something to do.</summary>
    public int Multiprocessors { get; }

    /// <summary>Compiles and loads the kernels for a device that libtorch has used before.</summary>
    /// <exception cref="DiptychException">Something is missing or does not compile.</exception>
    public static CudaModule Load(int device) => new(CudaDriver.Open(), device);

    /// <summary>The kernels' source.</summary>
    public static string Source()
    {
        using var stream = typeof(CudaModule).Assembly.GetManifestResourceStream("Kernels.cu")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>Queues a kernel behind what libtorch has queued from this thread.</summary>
    public void Launch(string name, LaunchShape shape, params ReadOnlySpan<KernelArgument> arguments)
    {
        fixed (KernelArgument* first = arguments)
        {
            var places = stackalloc void*[arguments.Length];
            for (var i = 0; i < arguments.Length; i++)
            {
                places[i] = arguments[i].Elsewhere is null ? first + i : arguments[i].Elsewhere;
            }

            // Autograd runs on threads of its own, which may have no context yet.
            var before = _driver.Enter(_context);
            _driver.Launch(_functions[name], name, shape, CudaStream.Current(Index), places);
            _driver.Leave(_context, before);
        }
    }
}
