namespace Diptych.Common.Runtime;

/// <summary>What one check found.</summary>
/// <param name="Name">What was looked at, in a word or two.</param>
/// <param name="Status">Whether it is as it should be.</param>
/// <param name="Detail">What is there.</param>
/// <param name="Remedy">What to do about it; empty where nothing is to be done.</param>
public sealed record DoctorFinding(string Name, DoctorStatus Status, string Detail, string Remedy = "")
{
    /// <summary>A finding that is as it should be.</summary>
    public static DoctorFinding Fine(string name, string detail) => new(name, DoctorStatus.Fine, detail);

    /// <summary>A finding worth knowing.</summary>
    public static DoctorFinding Note(string name, string detail, string remedy = "") => new(name, DoctorStatus.Note, detail, remedy);

    /// <summary>A finding that stops the program from working, with its remedy.</summary>
    public static DoctorFinding Problem(string name, string detail, string remedy) => new(name, DoctorStatus.Problem, detail, remedy);
}
