using System.Text;
using Diptych.Common.Data;
using Diptych.Common.Weights;
using Diptych.Tests.Common.Weights.Pickles;
using static TorchSharp.torch;

namespace Diptych.Tests.Cli;

/// <summary>Every kind of bad input the program is known to meet.</summary>
internal static class BadInputs
{
    private const string Unet = "unet/diffusion_pytorch_model.safetensors";
    private const string LfsPointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0000\nsize 34000000\n";

    public static IReadOnlyDictionary<string, BadInput> All { get; } = new Dictionary<string, BadInput>
    {
        // The model folder.
        ["a model folder that is not there"] = new(s => Generate(s, s["nowhere"]), ["nowhere", "no such folder"]),
        ["a folder that is no model"] = new(s => Generate(s, s.Root), ["model_index.json"]),
        ["a pipeline of another family"] = Damaged("model_index.json", t => t.Replace("StableDiffusionPipeline", "FluxPipeline", StringComparison.Ordinal), "FluxPipeline"),
        ["a model without its network's weights"] = Broken(copy => File.Delete(Path.Combine(copy, Unet)), "diffusion_pytorch_model.safetensors"),
        ["weights cut off in the middle"] = Broken(copy => LabCopy.Replace(copy, Unet, b => b[..(b.Length / 2)]), Unet),
        ["weights that are a large-file pointer"] = Broken(copy => LabCopy.Replace(copy, Unet, _ => Encoding.ASCII.GetBytes(LfsPointer)), Unet),
        ["a config that is no json"] = Damaged("unet/config.json", t => t[..(t.Length / 2)], "JSON"),
        ["a config of another network"] = Damaged("unet/config.json", t => t.Replace("\"in_channels\": 16", "\"in_channels\": 4", StringComparison.Ordinal), "unet"),
        ["a model without its merges"] = Broken(copy => File.Delete(Path.Combine(copy, "tokenizer", "merges.txt")), "tokenizer"),

        // Single files.
        ["a single file of another kind"] = new(s => Generate(s, Lora(s)), ["lora.safetensors", "a LoRA"]),
        ["a single file that is a large-file pointer"] = new(s => Generate(s, Written(s, "model.ckpt", LfsPointer)), ["model.ckpt", "LFS"]),
        ["a single file cut off in the middle"] = new(s => Convert(s, Cut(s)), ["cut.safetensors", "cut short"]),
        ["a pickle that asks for code"] = new(s => Convert(s, Code(s)), ["code.ckpt", "posix.system", "nothing was executed"]),
        ["a web page in place of a checkpoint"] = new(s => Convert(s, Written(s, "page.safetensors", "<!DOCTYPE html><html></html>")), ["page.safetensors", "web page"]),
        ["a checkpoint that is not there"] = new(s => Convert(s, s["nowhere.ckpt"]), ["nowhere.ckpt", "missing"]),
        ["a variant a folder does not have"] = new(s => [.. Generate(s, LabCopy.Model), "--variant", "fp16"], ["--variant fp16"]),
        ["an unknown prediction type"] = new(s => [.. Generate(s, LabCopy.Model), "--prediction-type", "x0"], ["--prediction-type", "epsilon"], 2),
        ["an unknown family"] = new(s => ["model", "random", "--family", "flux", "--output-dir", s["out"]], ["--family", "sdxl"], 2),

        // The photos.
        ["a photo folder that is not there"] = new(s => Train(s, photos: s["nowhere"]), ["nowhere", "path"]),
        ["an empty photo folder"] = Photos((_, _) => { }, "empty", "photos"),
        ["a photo cut off in the middle"] = Photos((folder, s) => File.WriteAllBytes(Path.Combine(folder, "cut.jpg"), PictureFile.EncodeJpeg(RgbImage.Filled(200, 200, 9, 99, 200)) is var b ? b[..(b.Length / 2)] : []), "cut.jpg"),
        ["a photo of no bytes"] = Photos((folder, s) => File.WriteAllBytes(Path.Combine(folder, "zero.png"), []), "zero.png"),
        ["a text called a photo"] = Photos((folder, s) => File.WriteAllText(Path.Combine(folder, "text.png"), "not a picture at all"), "text.png"),
        ["a photo of one pixel"] = Photos((folder, s) => PictureFile.WritePng(Path.Combine(folder, "dot.png"), RgbImage.Filled(1, 1, 0, 0, 0)), "dot.png"),

        // The command line.
        ["an option that does not exist"] = new(s => [.. Generate(s, LabCopy.Model), "--sede", "1"], ["--sede", "--seed"], 2),
        ["a required option that is missing"] = new(_ => ["train", "db", "--instance-prompt", "a photo of sks dog"], ["--pretrained-model-name-or-path", "--help"], 2),
        ["a number that is none"] = new(s => [.. Train(s), "--max-train-steps", "ten"], ["--max-train-steps", "'ten'"], 2),
        ["steps out of range"] = new(s => [.. Train(s), "--max-train-steps", "-1"], ["--max-train-steps", "-1"], 2),
        ["a learning-rate schedule that does not exist"] = new(s => [.. Train(s), "--lr-scheduler", "sawtooth"], ["sawtooth", "cosine"], 2),
        ["an unknown precision"] = new(s => [.. Train(s), "--mixed-precision", "fp8"], ["--mixed-precision", "bf16"], 2),
        ["an unknown sampler"] = new(s => [.. Generate(s, LabCopy.Model), "--sampler", "magic"], ["magic", "ddim"], 2),
        ["a json file that is a folder"] = new(s => [.. Generate(s, LabCopy.Model), "--json", s.Root], ["--json"], 2),
        ["a json file below a file"] = new(s => [.. Generate(s, LabCopy.Model), "--json", Path.Combine(Touched(s, "file"), "x.json")], ["--json"], 2),
        ["a json file that cannot be written"] = new(s => [.. Generate(s, LabCopy.Model), "--json", "/proc/none.json"], ["--json", "writable"]),
        ["prior preservation without a class prompt"] = new(s => [.. TrainDreamBooth(s), "--with-prior-preservation"], ["--class-prompt"], 2),
        ["an output folder that is a file"] = new(s => Generate(s, LabCopy.Model, Touched(s, "file")), ["--output-dir", "is a file"]),
        ["an output folder that cannot be written to"] = new(s => Generate(s, LabCopy.Model, "/proc/out"), ["--output-dir", "writable"]),

        ["a learning-rate schedule whose factors cannot be given"] = new(s => [.. Train(s), "--lr-scheduler", "piecewise_constant"], ["piecewise_constant", "cosine"], 2),

        // Comparisons and their folders.
        ["a subject that is not there"] = new(s => Compare(s, "--subject", s["nowhere"], "--class", "dog"), ["nowhere"]),
        ["photos of an unnamed class"] = new(s => Compare(s, "--subject", LabCopy.Photos), ["--class"], 2),
        ["too few pictures to compare"] = new(s => Compare(s, "--pictures", "1"), ["--pictures 1"], 2),
        ["a comparison on a model that is not there"] = new(s => Compare(s, "--model", s["nowhere"]), ["nowhere", "no such folder"]),
        ["a comparison on a model cut off in the middle"] = new(
            s => Compare(s, "--model", LabCopy.Of(s, copy => LabCopy.Replace(copy, "vae/diffusion_pytorch_model.safetensors", b => b[..(b.Length / 2)]))), ["vae/diffusion_pytorch_model.safetensors"]),
        ["a noun the embedded model does not know"] = new(s => Compare(s, "--class", "woman"), ["--class woman", "teapot", "--model"], 2),
        ["a comparison to go on with, in no folder"] = new(_ => ["compare", "--resume"], ["--resume", "--output-dir"], 2),
        ["a comparison to go on with that never began"] = new(s => Compare(s, "--resume"), ["out", "no comparison to resume", "--output-dir"]),
        ["a report of a folder that is not there"] = new(s => ["report", s["nowhere"]], ["nowhere", "diptych compare"]),
        ["a report of a folder that is no run"] = new(s => ["report", s.Root], ["run.json"]),

        // The laboratory, and benchmarks.
        ["a sheet that is a folder"] = new(s => ["lab", "verify", "--sheet", s.Root], ["--sheet", "is a folder"], 2),
        ["a sheet and figures at once"] = new(s => ["lab", "verify", "--sheet", s["sheet.png"], "--captions", "8"], ["--sheet", "--captions"], 2),
        ["a count beside subjects"] = new(s => ["lab", "render", "--subjects", "2", "--count", "3", "--output-dir", s["out"]], ["--subjects", "--count"], 2),
        ["pictures rendered into a file"] = new(s => ["lab", "render", "--count", "1", "--output-dir", Touched(s, "file")], ["--output-dir", "is a file"]),
        ["a laboratory copied into a file"] = new(s => ["lab", "pretrain", "--micro", "--work-dir", s["work"], "--output-dir", Touched(s, "file")], ["--output-dir", "is a file"]),
        ["a laboratory built below a file"] = new(s => ["lab", "pretrain", "--micro", "--work-dir", Path.Combine(Touched(s, "file"), "work")], ["--work-dir", "is a file"]),
        ["a benchmark's resolution of nothing"] = new(_ => ["bench", "--resolution", "0"], ["--resolution 0", "multiple of 8"], 2),
        ["a benchmark's resolution that does not fit"] = new(_ => ["bench", "--resolution", "100"], ["--resolution 100", "multiple of 8"], 2),

        // What is asked of a drawing, and does not fit it.
        ["a weight that is never closed"] = Asked(["'('", "character 3"], "--prompt-weights", "--prompt", "a (red dog"),
        ["a weight in a negative prompt that is no number in range"] = Asked(["99", "0 to 10"], "--prompt-weights", "--negative-prompt", "(car:99)"),
        ["more layers to skip than there are"] = Asked(["--clip-skip 50", "choose from"], "--clip-skip", "50"),
        ["noise levels a sampler does not know"] = Asked(["--karras", "ddpm", "euler"], "--sampler", "ddpm", "--karras"),
        ["a switch that is neither yes nor no"] = Asked(["--karras", "'maybe'"], "--karras", "maybe"),
        ["eta for a sampler without it"] = Asked(["--eta", "euler", "ddim"], "--sampler", "euler", "--eta", "1"),
        ["a spacing that does not exist"] = Asked(["--timestep-spacing", "trailing"], "--timestep-spacing", "even"),
        ["a prediction type that does not exist"] = Asked(["--prediction-type", "v-prediction"], "--prediction-type", "flow"),
        ["a guidance rescale out of range"] = Asked(["--guidance-rescale", "0 to 1"], "--guidance-rescale", "1.5"),
        ["more steps than a sampler takes"] = Asked(["60", "lcm"], "--sampler", "lcm", "--steps", "60"),
        ["a strength without a picture"] = Asked(["--strength", "--init-image"], "--strength", "0.5"),
        ["a strength out of range"] = Asked(["--strength 2", "0 to 1"], "--strength", "2", "--init-image", Path.Combine(LabCopy.Photos, "..", "subject.json")),
        ["a starting picture that is none"] = new(s => [.. Generate(s, LabCopy.Model), "--init-image", Written(s, "text.png", "not a picture at all")], ["text.png"]),
        ["a starting picture that is not there"] = new(s => [.. Generate(s, LabCopy.Model), "--init-image", s["none.png"]], ["none.png"]),

        // Words and sizes.
        ["a placeholder the vocabulary has already"] = new(s => Train(s, placeholder: "dog"), ["dog"]),
        ["an initializer of several tokens"] = new(s => Train(s, initializer: "dog cat"), ["dog cat"]),
        ["a prompt whose learned word is cut off"] = new(
            s => [.. Generate(s, LabCopy.Model, prompt: string.Concat(Enumerable.Repeat("a ", 40)) + "<d>"), "--embedding", Embedding(s, 160)], ["<d>", "--long-prompts"], 2),
        ["a template whose word is cut off"] = new(s => [.. Train(s), "--template-file", Written(s, "t.txt", string.Concat(Enumerable.Repeat("a ", 40)) + "{}")], ["<d>"]),
        ["a template file without a place for the word"] = new(s => [.. Train(s), "--template-file", Written(s, "t.txt", "a photo")], ["t.txt"]),
        ["an embedding of another width"] = new(s => [.. Generate(s, LabCopy.Model), "--embedding", Embedding(s, 768)], ["768", "160"]),
        ["an embedding in another layout"] = new(s => [.. Generate(s, LabCopy.Model), "--embedding", TwoTensors(s, "t5")], ["two.safetensors", "t5"]),
        ["an embedding for two text encoders"] = new(s => [.. Generate(s, LabCopy.Model), "--embedding", TwoTensors(s, "clip_g")], ["of two", "for 2 text encoders"]),
        ["an embedding that is not there"] = new(s => [.. Generate(s, LabCopy.Model), "--embedding", s["none.safetensors"]], ["none.safetensors"]),
        ["a size that is no size"] = new(s => [.. Generate(s, LabCopy.Model), "--original-size", "1024"], ["--original-size 1024", "1024x768"], 2),
        ["sizes for a model that is told none"] = new(s => [.. Generate(s, LabCopy.Model), "--crops-coords-top-left", "0x8"], ["--crops-coords-top-left", "XL"]),
        ["a bound of weights that is none"] = new(s => [.. TrainDreamBooth(s), "--snr-gamma", "0"], ["--snr-gamma 0"], 2),
        ["a height that does not fit"] = new(s => [.. Generate(s, LabCopy.Model), "--height", "100"], ["--height", "8"], 2),
        ["a resolution that does not fit"] = new(s => [.. Train(s), "--resolution", "100"], ["--resolution", "8"]),
    };

    public static string[] Train(ScratchFolder s, string? photos = null, string placeholder = "<d>", string initializer = "dog", string? model = null) =>
    [
        "train", "ti", "--pretrained-model-name-or-path", model ?? LabCopy.Model, "--instance-data-dir", photos ?? LabCopy.Photos, "--placeholder-token", placeholder,
        "--initializer-token", initializer, "--train-batch-size", "1", "--output-dir", s["out"],
    ];

    public static string[] TrainDreamBooth(ScratchFolder s, string? model = null) =>
    [
        "train", "db", "--pretrained-model-name-or-path", model ?? LabCopy.Model, "--instance-data-dir", LabCopy.Photos, "--instance-prompt", "a photo of sks dog",
        "--train-batch-size", "1", "--output-dir", s["out"],
    ];

    public static string[] Generate(ScratchFolder s, string model, string? output = null, string prompt = "a photo of a dog") =>
        ["generate", "--model", model, "--prompt", prompt, "--steps", "1", "--output-dir", output ?? s["out"]];

    private static string[] Convert(ScratchFolder s, string file) => ["convert", "--from", file, "--output-dir", s["out"]];

    private static string Lora(ScratchFolder s)
    {
        using var rows = zeros(1, 4);
        SafetensorsWriter.Write(s["lora.safetensors"], [KeyValuePair.Create("lora_unet_mid_block_attentions_0_proj_in.lora_down.weight", rows)]);
        return s["lora.safetensors"];
    }

    private static string Cut(ScratchFolder s)
    {
        var whole = File.ReadAllBytes(Path.Combine(LabCopy.Model, Unet));
        File.WriteAllBytes(s["cut.safetensors"], whole[..(whole.Length / 2)]);
        return s["cut.safetensors"];
    }

    private static string Code(ScratchFolder s)
    {
        TorchFiles.WriteArchive(s["code.ckpt"], PickleBytes.Of(p => p.Global("posix", "system").Raw('(').Text($"touch {s["out"]}").Raw('t', 'R')));
        return s["code.ckpt"];
    }

    private static string[] Compare(ScratchFolder s, params string[] options) => ["compare", .. options, "--output-dir", s["out"]];

    private static BadInput Asked(string[] names, params string[] options) =>
        new(s => [.. Generate(s, LabCopy.Model)[..1], .. Generate(s, LabCopy.Model)[1..].Chunk(2).Where(pair => !options.Contains(pair[0])).SelectMany(pair => pair), .. options], names, 2);

    private static BadInput Broken(Action<string> damage, params string[] names) => new(s => Generate(s, LabCopy.Of(s, damage)), names);

    private static BadInput Damaged(string file, Func<string, string> change, params string[] names) =>
        Broken(copy => LabCopy.Replace(copy, file, b => Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(b)))), names);

    private static BadInput Photos(Action<string, ScratchFolder> fill, params string[] names) => new(
        s =>
        {
            Directory.CreateDirectory(s["photos"]);
            fill(s["photos"], s);
            return Train(s, photos: s["photos"]);
        },
        names);

    private static string Touched(ScratchFolder s, string name) => Written(s, name, "");

    private static string Written(ScratchFolder s, string name, string text)
    {
        File.WriteAllText(s[name], text);
        return s[name];
    }

    private static string Embedding(ScratchFolder s, int width)
    {
        using var rows = zeros(1, width);
        SafetensorsWriter.Write(s["word.safetensors"], [KeyValuePair.Create("<d>", rows)]);
        return s["word.safetensors"];
    }

    private static string TwoTensors(ScratchFolder s, string second)
    {
        using var rows = zeros(1, 160);
        SafetensorsWriter.Write(s["two.safetensors"], [KeyValuePair.Create("clip_l", rows), KeyValuePair.Create(second, rows)]);
        return s["two.safetensors"];
    }
}
