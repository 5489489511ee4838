namespace Diptych.Common.Pipelines;

/// <summary>Tells of the first lane's steps, which stand for all, and stops the others where being told of them throws (an interruption does).</summary>
/// <param name="progress">Told steps done and steps in all; null for nobody.</param>
internal sealed class LaneProgress(Action<int, int>? progress)
{
    private volatile bool _stopped;

    /// <summary>To be called after a lane's step.</summary>
    /// <exception cref="OperationCanceledException">Another lane was stopped.</exception>
    public void After(bool isFirst, int done, int of)
    {
        if (_stopped)
        {
            throw new OperationCanceledException();
        }

        if (!isFirst)
        {
            return;
        }

        try
        {
            progress?.Invoke(done, of);
        }
        catch
        {
            _stopped = true;
            throw;
        }
    }
}
