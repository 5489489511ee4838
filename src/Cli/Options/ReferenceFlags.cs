namespace Diptych.Cli.Options;

/// <summary>Flags of the reference training scripts that <c>train</c> does not have, each with what takes its place: commands that worked there are pasted here.</summary>
internal static class ReferenceFlags
{
    private const string DrawAfterwards = "draw with diptych generate when training is done";
    private const string Logged = "not needed, losses are written to metrics.jsonl in --output-dir";
    private const string NotUploaded = "nothing is uploaded, take the files from --output-dir";
    private const string OnlyDeepFloyd = "for DeepFloyd IF, which is not supported; leave it out";

    /// <summary>What to do instead, by the flag's name with hyphens.</summary>
    public static IReadOnlyDictionary<string, string> Known { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["--allow-tf32"] = "--mixed-precision bf16 makes training's products faster",
        ["--class-labels-conditioning"] = OnlyDeepFloyd,
        ["--dataloader-num-workers"] = "not needed, photos are made ready once before training; leave it out",
        ["--enable-xformers-memory-efficient-attention"] = "not needed, attention takes little memory as it is; leave it out",
        ["--gradient-checkpointing"] = "not built; --use-8bit-adam, or --train-batch-size 1 with --gradient-accumulation-steps N, take less memory",
        ["--hub-model-id"] = NotUploaded,
        ["--hub-token"] = NotUploaded,
        ["--local-rank"] = "training runs on one device, --device chooses it",
        ["--logging-dir"] = Logged,
        ["--no-safe-serialization"] = "results are always .safetensors; leave it out",
        ["--num-train-epochs"] = "count in steps, with --max-train-steps",
        ["--num-validation-images"] = DrawAfterwards,
        ["--pre-compute-text-embeddings"] = "not needed, a prompt that does not change is encoded once; leave it out",
        ["--prior-generation-precision"] = "class images are drawn in that of --mixed-precision",
        ["--push-to-hub"] = NotUploaded,
        ["--report-to"] = Logged,
        ["--resume-from-checkpoint"] = "use --resume with the same --output-dir",
        ["--revision"] = "take that revision's folder for --pretrained-model-name-or-path",
        ["--save-as-full-pipeline"] = "the learned word is a file of its own, which diptych generate adds to the model",
        ["--save-steps"] = "use --checkpointing-steps",
        ["--set-grads-to-none"] = "it changes nothing here; leave it out",
        ["--skip-save-text-encoder"] = OnlyDeepFloyd,
        ["--text-encoder-use-attention-mask"] = OnlyDeepFloyd,
        ["--tokenizer-max-length"] = OnlyDeepFloyd,
        ["--tokenizer-name"] = "the tokenizer is that of --pretrained-model-name-or-path",
        ["--tracker-project-name"] = Logged,
        ["--validation-epochs"] = DrawAfterwards,
        ["--validation-prompt"] = DrawAfterwards,
        ["--validation-scheduler"] = DrawAfterwards,
        ["--validation-steps"] = DrawAfterwards,
    };

    /// <summary>What to do instead of a flag, in either spelling; null where it is none of the reference's.</summary>
    public static string? InsteadOf(string name) => Known.GetValueOrDefault(name.Replace('_', '-'));
}
