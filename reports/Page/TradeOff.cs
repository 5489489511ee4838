using Diptych.Reports.Charts;

namespace Diptych.Reports.Page;

/// <summary>Keeping the subject against obeying the prompt.</summary>
internal static class TradeOff
{
    public static string Html(RunIndex run) => TradeOffChart.Draw(run, "tradeoff", "Subject fidelity against prompt fidelity for each method; the tables above hold the numbers") is not { } chart
        ? ""
        : PageFrame.Section(
            "tradeoff-section",
            "Keeping the subject, obeying the prompt",
            "",
            PageFrame.Legend(run.Arms) + PageFrame.Figure(chart, "Large marks: means over families with 95 % intervals both ways. Small marks: single families. The upper right corner is where one wants to be."));
}
