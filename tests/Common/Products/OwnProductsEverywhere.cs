using Diptych.Common.Products;

namespace Diptych.Tests.Common.Products;

/// <summary>Tests in which whatever our kernels can do is theirs, however fast libtorch is here.</summary>
public abstract class OwnProductsEverywhere : IDisposable
{
    private readonly ProductChoice _before = OwnProducts.Choice;

    protected OwnProductsEverywhere()
    {
        Assert.SkipUnless(OwnProducts.AreSupported, "this processor has no AVX-512");
        OwnProducts.Choice = ProductChoice.Always;
    }

    public void Dispose()
    {
        OwnProducts.Choice = _before;
        GC.SuppressFinalize(this);
    }
}
