namespace Diptych.Common.Weights;

/// <summary>One network's configuration and weights, wherever they come from.</summary>
public sealed class NetworkSource
{
    private readonly Func<IWeightSource> _open;

    /// <summary>Describes a network.</summary>
    /// <param name="name">What errors call it: a folder, or a part of a file.</param>
    /// <param name="config">Its configuration, in diffusers' or transformers' terms.</param>
    /// <param name="open">Opens its weights, under diffusers' or transformers' names.</param>
    public NetworkSource(string name, ConfigFile config, Func<IWeightSource> open)
    {
        Name = name;
        Config = config;
        _open = open;
    }

    /// <summary>What errors call it.</summary>
    public string Name { get; }

    /// <summary>Its configuration.</summary>
    public ConfigFile Config { get; }

    /// <summary>A folder of <c>config.json</c> and weights.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="variant">The variant of the weights; see <see cref="NetworkWeights.Open"/>.</param>
    /// <exception cref="DiptychException">The configuration is missing or no JSON.</exception>
    public static NetworkSource Folder(string folder, string? variant = null) =>
        new(folder, ConfigFile.Read(Path.Combine(folder, "config.json")), () => NetworkWeights.Open(folder, variant));

    /// <summary>Opens the weights.</summary>
    /// <exception cref="DiptychException">They are missing or damaged.</exception>
    public IWeightSource OpenWeights() => _open();

    /// <summary>Checks that the configuration describes a <paramref name="className"/>.</summary>
    /// <exception cref="DiptychException">It describes another class.</exception>
    public ConfigFile ConfigOf(string className)
    {
        var found = Config.Text("_class_name", className);
        return found == className
            ? Config
            : throw new DiptychException($"{Config.Path} describes a {found}, not a {className}: point to that component's own folder.");
    }

    /// <summary>Builds a network without initial weights and fills it.</summary>
    /// <param name="build">Calls the network's constructor.</param>
    /// <param name="rename">Maps names in the weights to the network's; see <see cref="WeightLoader.Load"/>.</param>
    /// <param name="placement">Device and type; default fp32 on the CPU.</param>
    /// <exception cref="DiptychException">The weights are missing, damaged or do not fit.</exception>
    public T Load<T>(Func<T> build, Func<string, string?>? rename = null, WeightPlacement? placement = null)
        where T : TorchSharp.torch.nn.Module
    {
        using var weights = OpenWeights();
        var network = UnallocatedNetwork.Build(build);
        WeightLoader.Load(network, weights, rename, placement);
        return network;
    }
}
