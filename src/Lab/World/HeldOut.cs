using System.Security.Cryptography;
using System.Text;

namespace Diptych.Lab.World;

/// <summary>Which combinations of class, colour and scene no training picture shows, about one in ten: what a model draws for them it has composed.</summary>
public static class HeldOut
{
    private const byte Limit = 26;

    /// <summary>Whether a combination is kept out of training.</summary>
    // A fingerprint of the words, not a secret: the same combinations are held out in every version of this world.
#pragma warning disable CA5351
    public static bool Contains(string noun, string colour, string scene) => MD5.HashData(Encoding.UTF8.GetBytes($"{noun}|{colour}|{scene}"))[0] < Limit;
#pragma warning restore CA5351
}
