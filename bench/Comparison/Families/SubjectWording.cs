namespace Diptych.Comparison.Families;

/// <summary>How one arm speaks of the subject. The families put these phrases into the same sentences for every arm.</summary>
/// <param name="Full">The whole prompt the arm was trained with, or its nearest wording: <c>a photo of sks dog</c>, <c>a photo of a S*</c>.</param>
/// <param name="Subject">The subject alone: <c>sks dog</c>, <c>S*</c>, <c>green dog</c>, <c>dog</c>.</param>
/// <param name="IdentifierOnly">What is left without the class noun: <c>sks</c>, <c>S*</c>, <c>green</c>.</param>
/// <param name="Recoloured">The subject with a colour word before it, where <c>{0}</c> is the colour: <c>{0} sks dog</c>.</param>
/// <param name="OtherIdentifier">A rare word that was not trained, for arms that say one: <c>zwx</c>.</param>
public sealed record SubjectWording(string Full, string Subject, string IdentifierOnly, string Recoloured, string? OtherIdentifier = null);
