namespace Diptych.Common.Weights.Pickles;

/// <summary>A class or function a pickle names; here only a name.</summary>
internal sealed record PickleGlobal(string Module, string Name)
{
    public override string ToString() => $"{Module}.{Name}";
}
