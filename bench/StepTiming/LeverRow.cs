namespace Diptych.StepTiming;

/// <summary>Our step on a GPU with some of its levers.</summary>
/// <param name="Method">ti or db.</param>
/// <param name="Batch">Pictures a step.</param>
/// <param name="Resolution">Pixels a side.</param>
/// <param name="Levers">The levers in use, and whether the optimizer keeps its moments as bytes.</param>
/// <param name="Ms">Median over the rounds of a step's mean time.</param>
/// <param name="Rounds">Every round's.</param>
/// <param name="UsedMb">Memory of the GPU in use at the end, in 10^6 bytes: with what libtorch keeps, of earlier measurements of the process too.</param>
/// <param name="Loss">Mean loss of all steps.</param>
public sealed record LeverRow(string Method, int Batch, int Resolution, string Levers, double Ms, IReadOnlyList<double> Rounds, double UsedMb, double Loss);
