using System.Diagnostics;
using Diptych.Common.Pipelines;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.StepTiming;

/// <summary>What a picture took.</summary>
/// <param name="Whole">Milliseconds.</param>
/// <param name="Decoding">Of them, the decoder's.</param>
internal sealed record DrawingTimes(double Whole, double Decoding)
{
    /// <summary>The same as phases of a row; forward holds the text encoder.</summary>
    public IReadOnlyDictionary<string, double> Phases => new Dictionary<string, double> { ["vae"] = Decoding, ["forward"] = Whole - Decoding };
}

/// <summary>One way of drawing a batch, again and again.</summary>
internal sealed class TimedDrawing : IDisposable
{
    private readonly StepSetup _setup;
    private readonly StableDiffusion _sd;
    private readonly GenerationOptions _options;
    private readonly bool _isOurs;
    private readonly IReadOnlyList<string> _prompts;

    /// <param name="setup">Model and device.</param>
    /// <param name="model">How it is loaded.</param>
    /// <param name="choose">How it draws.</param>
    /// <param name="isOurs">Whether products are ours where they are faster; otherwise they are libtorch's, as in a script.</param>
    public TimedDrawing(StepSetup setup, ModelOptions model, Func<StableDiffusion, GenerationOptions> choose, bool isOurs)
    {
        (_setup, _sd, _isOurs) = (setup, setup.LoadModel(model), isOurs);
        _options = choose(_sd);
        _prompts = [.. Enumerable.Repeat("a red dog on the beach", _options.BatchSize)];
    }

    /// <summary>Operations of a picture's sampler step.</summary>
    public double Flops => StepFlops.Of(_sd.UNet.Config, _setup.Resolution / _sd.Vae.Config.DownscaleFactor, _sd.Tokenizer.MaxLength).Guided;

    /// <summary>Numbers of the denoiser.</summary>
    public long Parameters => _sd.UNet.parameters().Sum(parameter => parameter.numel());

    /// <summary>Draws a batch and gives the times of one of its pictures.</summary>
    public DrawingTimes Draw(int round)
    {
        using var products = _isOurs ? null : new LibtorchProducts();
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var initial = stack(_prompts.Select((_, i) => _sd.InitialLatents(round, i, _options)).ToArray());
        // On both sides, as in training steps (ScriptStep): Python's processes show no sign of memory fetched page by page.
        using var reuse = MemoryReuse.Begin();
        using var lanes = _isOurs ? _sd.LanesFor(_prompts.Count) : null;
        var begin = Stopwatch.GetTimestamp();
        var latents = _sd.Sample(_prompts, initial, _options);
        PhaseClock.Wait(_setup.Device);
        var sampled = Stopwatch.GetTimestamp();
        _sd.Decode(latents, _options.MixedPrecision);
        PhaseClock.Wait(_setup.Device);
        return new(Stopwatch.GetElapsedTime(begin).TotalMilliseconds / _prompts.Count, Stopwatch.GetElapsedTime(sampled).TotalMilliseconds / _prompts.Count);
    }

    /// <inheritdoc/>
    public void Dispose() => _sd.Dispose();
}
