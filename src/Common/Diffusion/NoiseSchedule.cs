using TorchSharp;
using static TorchSharp.torch;

namespace Diptych.Common.Diffusion;

/// <summary>
/// The forward process q(x_t | x_0) = N(√ᾱ_t·x_0, (1−ᾱ_t)·I) (Ho et al. 2020, eq. 4) and the targets a network learns from it.
/// Tables follow the samples to their device once and stay there.
/// </summary>
public sealed class NoiseSchedule : IDisposable
{
    private readonly Dictionary<(DeviceType Type, int Index, ScalarType Dtype), Tensor> _tables = [];
    private readonly Lock _lock = new();
    private bool _disposed;

    /// <summary>Computes the table of a model's configuration.</summary>
    public NoiseSchedule(SchedulerConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        PredictionType = config.PredictionType;
        AlphasCumprod = NoiseTable.AlphasCumprod(config);
        _tables.Add((DeviceType.CPU, -1, ScalarType.Float32), AlphasCumprod);
    }

    /// <summary>ᾱ of every timestep: fp32 [T] on the CPU.</summary>
    public Tensor AlphasCumprod { get; }

    /// <summary>What <see cref="Target"/> returns.</summary>
    public PredictionType PredictionType { get; }

    /// <summary>Number of training timesteps T.</summary>
    public int TrainTimesteps => (int)AlphasCumprod.shape[0];

    /// <summary>x_t = √ᾱ_t·x + √(1−ᾱ_t)·ε, for samples and noise [n, ...] and timesteps int64 [n].</summary>
    public Tensor AddNoise(Tensor x, Tensor eps, Tensor t)
    {
        using var scope = NewDisposeScope();
        var (signal, noise) = Coefficients(x, t);
        return (signal * x + noise * eps).MoveToOuterDisposeScope();
    }

    /// <summary>v = √ᾱ_t·ε − √(1−ᾱ_t)·x (Salimans and Ho 2022, appendix D), for samples and noise [n, ...] and timesteps int64 [n].</summary>
    public Tensor Velocity(Tensor x, Tensor eps, Tensor t)
    {
        using var scope = NewDisposeScope();
        var (signal, noise) = Coefficients(x, t);
        return (signal * eps - noise * x).MoveToOuterDisposeScope();
    }

    /// <summary>What the network should have said: the noise, the velocity or the sample, [n, ...]. A new tensor owned by the caller.</summary>
    public Tensor Target(Tensor x, Tensor eps, Tensor t)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(eps);
        return PredictionType switch
        {
            PredictionType.Epsilon => eps.alias(),
            PredictionType.VPrediction => Velocity(x, eps, t),
            _ => x.alias(),
        };
    }

    /// <summary>ᾱ_t/(1−ᾱ_t), fp32 [n] on the timesteps' device.</summary>
    public Tensor SignalToNoise(Tensor t)
    {
        ArgumentNullException.ThrowIfNull(t);
        using var scope = NewDisposeScope();
        var alphas = Table(t.device, ScalarType.Float32).index_select(0, t);
        return (alphas.sqrt() / (1.0 - alphas).sqrt()).pow(2).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Loss weights of Min-SNR (Hang et al. 2023, section 3.4), fp32 [n]: min(SNR,γ)/SNR for the noise, min(SNR,γ)/(SNR+1) for the velocity,
    /// min(SNR,γ) for the sample. At SNR 0 the noise's weight is its limit, 1, where the reference divides 0 by 0.
    /// </summary>
    /// <exception cref="DiptychException">γ is not above 0.</exception>
    public Tensor MinSnrWeights(Tensor t, double gamma)
    {
        if (!(gamma > 0))
        {
            throw new DiptychException(FormattableString.Invariant($"--snr-gamma is {gamma} but must be above 0: 5 is the paper's value."));
        }

        using var scope = NewDisposeScope();
        var snr = SignalToNoise(t);
        var weights = PredictionType switch
        {
            PredictionType.Epsilon => (gamma / snr).clamp(max: 1),
            PredictionType.VPrediction => snr.clamp(max: gamma) / (snr + 1.0),
            _ => snr.clamp(max: gamma),
        };
        return weights.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            foreach (var table in _tables.Values)
            {
                table.Dispose();
            }
        }
    }

    // √ᾱ_t and √(1−ᾱ_t), shaped to multiply x; ᾱ takes the sample's type first, as in the reference.
    private (Tensor Signal, Tensor Noise) Coefficients(Tensor x, Tensor t)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(t);
        var shape = new long[x.dim()];
        Array.Fill(shape, 1);
        shape[0] = -1;
        var alphas = Table(x.device, x.dtype).index_select(0, t.to(x.device)).reshape(shape);
        return (alphas.sqrt(), (1.0 - alphas).sqrt());
    }

    private Tensor Table(Device device, ScalarType dtype)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var key = (device.type, device.type == DeviceType.CPU ? -1 : device.index, dtype);
        using var alone = _lock.EnterScope();
        if (!_tables.TryGetValue(key, out var table))
        {
            table = AlphasCumprod.to(dtype, device).DetachFromDisposeScope();
            _tables.Add(key, table);
        }

        return table;
    }
}
