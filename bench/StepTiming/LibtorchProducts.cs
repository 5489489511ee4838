using Diptych.Common.Products;

namespace Diptych.StepTiming;

/// <summary>While this is open all products are libtorch's, as in the reference scripts.</summary>
internal sealed class LibtorchProducts : IDisposable
{
    private readonly ProductChoice _before = OwnProducts.Choice;

    public LibtorchProducts() => OwnProducts.Choice = ProductChoice.Never;

    public void Dispose() => OwnProducts.Choice = _before;
}
