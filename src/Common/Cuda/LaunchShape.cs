namespace Diptych.Common.Cuda;

/// <summary>How many threads run a kernel.</summary>
/// <param name="Across">Blocks in the grid's first direction.</param>
/// <param name="Down">Blocks in its second.</param>
/// <param name="Threads">Threads in a block.</param>
/// <param name="SharedBytes">Memory the threads of a block share.</param>
internal readonly record struct LaunchShape(int Across, int Down, int Threads, int SharedBytes = 0);
