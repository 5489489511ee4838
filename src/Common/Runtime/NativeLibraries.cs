namespace Diptych.Common.Runtime;

/// <summary>The native libraries in use.</summary>
/// <param name="LibtorchFolder">Folder libtorch was loaded from.</param>
/// <param name="TorchSharpLibrary">File TorchSharp's calls go to; a patched copy where the shipped one does not load.</param>
/// <param name="Patched">Whether the copy's need for a newer C++ runtime was weakened.</param>
/// <param name="HasCuda">Whether the folder holds libtorch_cuda.</param>
public sealed record NativeLibraries(string LibtorchFolder, string TorchSharpLibrary, bool Patched, bool HasCuda);
