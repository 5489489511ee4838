using System.CommandLine;
using Diptych.Cli.Options;

namespace Diptych.Tests.Cli.Options;

public sealed class OptionSpellingTests
{
    [Fact]
    public void Names_with_underscores_become_hyphens_and_values_stay()
    {
        var root = new RootCommand { new Command("train") { new Option<string>("--instance-prompt"), new Option<string>("--x", "--data-dir") } };
        string[] given = ["train", "--instance_prompt", "a_b", "--instance_prompt=c_d --e_f", "--data_dir", "my_dir", "--un_known", "--", "--data_dir"];

        var normal = OptionSpelling.Normalise(given, root);

        Assert.Equal(["train", "--instance-prompt", "a_b", "--instance-prompt=c_d --e_f", "--data-dir", "my_dir", "--un_known", "--", "--data_dir"], normal);
    }
}
