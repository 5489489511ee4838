using TorchSharp.Modules;

namespace Diptych.Common.Training;

/// <summary>A trainable tensor and the name it has in checkpoints and exports.</summary>
public readonly record struct NamedParameter(string Name, Parameter Value);
