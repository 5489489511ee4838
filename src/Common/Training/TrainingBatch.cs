using Diptych.Common.Text;
using static TorchSharp.torch;

namespace Diptych.Common.Training;

/// <summary>
/// What one forward pass is made from. All randomness is already in it, so the loss is a pure function of the batch and the weights.
/// </summary>
/// <param name="Latents">Clean latents x0 times the VAE's scaling factor, [n, C, h, w] fp32.</param>
/// <param name="Noise">Standard normal noise of the same shape.</param>
/// <param name="Timesteps">Timesteps from 0 up to the schedule's length, [n] int64.</param>
/// <param name="Tokens">Prompts as token ids. Prompt i belongs to latent i.</param>
/// <param name="TimeIds">What the model is told of the pictures' sizes, [n, 6] fp32; <see langword="null"/> where it is told none.</param>
public sealed record TrainingBatch(Tensor Latents, Tensor Noise, Tensor Timesteps, PromptTokens Tokens, Tensor? TimeIds = null)
{
    /// <summary>Samples, n.</summary>
    public int Count => (int)Latents.size(0);

    /// <summary>The samples from number <paramref name="from"/> up to <paramref name="to"/> of each of some groups of equally many, one behind the other; with a single group views of these tensors.</summary>
    public TrainingBatch Part(long from, long to, int groups = 1)
    {
        var each = Count / groups;
        Tensor Rows(Tensor all) => groups == 1
            ? all.narrow(0, from, to - from)
            : cat([.. Enumerable.Range(0, groups).Select(group => all.narrow(0, (group * each) + from, to - from))]);
        return new(Rows(Latents), Rows(Noise), Rows(Timesteps), Tokens.Map(Rows), TimeIds is null ? null : Rows(TimeIds));
    }
}
