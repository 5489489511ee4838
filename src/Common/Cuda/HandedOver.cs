using static TorchSharp.torch;

namespace Diptych.Common.Cuda;

/// <summary>
/// Gradients on their way out of a managed backward. TorchSharp hands their native handles on without holding the objects, whose finalisers would free
/// them; so a thread's last ones stay here until its next ones come.
/// </summary>
internal static class HandedOver
{
    [ThreadStatic]
    private static Tensor?[]? t_last;

    /// <summary>Keeps <paramref name="gradients"/> alive until this thread's next backward, and passes them on.</summary>
    public static List<Tensor> Keep(params Tensor?[] gradients)
    {
        LetGo();
        t_last = gradients;
        foreach (var tensor in gradients)
        {
            tensor?.DetachFromDisposeScope();
        }

        // The binding's annotation knows no null, its code does: no gradient for this input.
        return [.. gradients.Select(gradient => gradient!)];
    }

    /// <summary>Frees this thread's last ones, where no backward is under way.</summary>
    public static void LetGo()
    {
        foreach (var tensor in t_last ?? [])
        {
            tensor?.Dispose();
        }

        t_last = null;
    }
}
