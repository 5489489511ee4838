using Diptych.Reports.Data;

namespace Diptych.Reports.Page;

/// <summary>Every prompt as it was given to the tokenizer, with its token ids.</summary>
internal static class Prompts
{
    public static string Html(RunIndex run) => PageFrame.Section(
        "prompts",
        "The prompts, word for word",
        "",
        string.Concat(run.Families.Select(family => Family(run, family))));

    private static string Family(RunIndex run, FamilyRecord family)
    {
        var rows = run.Arms.SelectMany(arm => run.Images(arm.Id, family.Id)
            .GroupBy(image => image.Prompt)
            .Select(prompt => $"<tr><th scope=\"row\">{Markup.Swatch(arm.Id)}{Markup.Text(arm.Title)}</th><td>{Markup.Text(prompt.Key)}</td><td><code>{string.Join(' ', prompt.First().TokenIds)}</code></td><td>{prompt.Count()}</td></tr>"));
        return $"<details><summary><b>{Markup.Text(family.Id)}</b> {Markup.Text(family.Title)} <small>{Markup.Text(family.Question)}</small></summary><div class=\"scroll\"><table class=\"prompts\"><thead><tr><th scope=\"col\">method</th><th scope=\"col\">prompt</th><th scope=\"col\">token ids</th><th scope=\"col\">pictures</th></tr></thead><tbody>{string.Concat(rows)}</tbody></table></div></details>";
    }
}
