namespace Diptych.Common.Products;

/// <summary>A product that is one of several with a common sum.</summary>
/// <param name="Factor">The left factor.</param>
/// <param name="Panels">The right one.</param>
/// <param name="Depth">Products in each sum.</param>
internal readonly record struct ProductPart<TPanels>(ProductFactor Factor, TPanels Panels, int Depth)
    where TPanels : struct, IProductPanels;
