namespace Diptych.Lab.World.Drawing;

/// <summary>What a shape of a subject is; it decides the paint.</summary>
internal enum PartRole
{
    /// <summary>Painted in the body's colour.</summary>
    Body,

    /// <summary>Body in shadow: legs behind, chimneys.</summary>
    Dim,

    /// <summary>Painted in the second colour.</summary>
    Part,

    /// <summary>Painted in the patch's colour, inside the body only, where there is a patch.</summary>
    Patch,

    /// <summary>Eyes, noses, doors, tyres.</summary>
    Ink,

    /// <summary>Lit windows, eyeballs.</summary>
    Glow,

    /// <summary>Window panes.</summary>
    Glass,

    /// <summary>Robot limbs, hubcaps.</summary>
    Metal,

    /// <summary>Beaks and birds' legs.</summary>
    Beak,

    /// <summary>Hat or scarf.</summary>
    Accessory,
}
