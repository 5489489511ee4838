using System.Globalization;
using Diptych.Common.Training;
using static TorchSharp.torch;

namespace Diptych.Common.Cuda;

/// <summary>Runs every kernel once and holds it against libtorch's operators in fp32 on the same device.</summary>
internal static class CudaSelfCheck
{
    /// <summary>One comparison.</summary>
    /// <param name="Name">What was compared.</param>
    /// <param name="Error">The root of the summed squared differences over that of the expected squares.</param>
    /// <param name="Limit">What rounding to the result's type, and once to bf16, explains.</param>
    public sealed record Line(string Name, double Error, double Limit)
    {
        /// <summary>Whether the kernel is right. What is no number is wrong.</summary>
        public bool IsFine => Error <= Limit;

        /// <inheritdoc/>
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name}: {Error:e1}{(IsFine ? "" : $" (more than {Limit:e1}: wrong)")}");
    }

    // bf16 rounds to eight bits: 2^-9 relative at most, .6 of that in the mean.
    private const double Half = 4e-3;
    private const double Single = 2e-5;

    /// <summary>Compares all of them. The device must have kernels.</summary>
    public static IReadOnlyList<Line> Run(Device device) =>
        [.. GroupNorm(device, 2, 320, 16, 24, true, ScalarType.BFloat16), .. GroupNorm(device, 3, 1280, 8, 8, false, ScalarType.BFloat16),
            .. GroupNorm(device, 1, 960, 9, 7, true, ScalarType.Float32), .. GroupNorm(device, 1, 2560, 4, 4, true, ScalarType.BFloat16),
            .. GatedGelu(device), .. AdamW(device), .. AdamWWithBytes(device)];

    private static List<Line> GroupNorm(Device device, int samples, int channels, int height, int width, bool silu, ScalarType parameters)
    {
        const int groups = 32;
        const double epsilon = 1e-5;
        using var scope = NewDisposeScope();
        var x = (randn(samples, channels, height, width, device: device) + 1).bfloat16();
        var packed = ChannelsLast.ToChannelsLast(x).detach().requires_grad_(true);
        var weight = (randn(channels, device: device) + 1).to_type(parameters).requires_grad_(true);
        var bias = randn(channels, device: device).to_type(parameters).requires_grad_(true);
        var gradient = randn(samples, channels, height, width, device: device).bfloat16();
        var output = GroupNormSilu.Apply(packed, weight, bias, groups, epsilon, silu);
        output.backward([gradient]);

        Tensor[] wide = [.. new[] { packed, weight, bias }.Select(one => one.detach().to_type(ScalarType.Float32).contiguous().requires_grad_(true))];
        var expected = nn.functional.group_norm(wide[0], groups, wide[1], wide[2], epsilon);
        expected = silu ? nn.functional.silu(expected) : expected;
        expected.backward([gradient.to_type(ScalarType.Float32)]);
        using (no_grad())
        {
            var (again, rest) = (GroupNormSilu.Apply(x, weight, bias, groups, epsilon, silu), parameters == ScalarType.Float32 ? Single : Half);
            var name = $"group norm{(silu ? " + SiLU" : "")} {samples}x{channels}x{height}x{width}";
            return
            [
                new(name, Error(output, expected), Half), new($"{name}, without gradients", Error(again, expected), Half),
                new($"{name}, gradient of input", Error(packed.grad!, wide[0].grad!), Half),
                new($"{name}, of weight", Error(weight.grad!, wide[1].grad!), rest), new($"{name}, of bias", Error(bias.grad!, wide[2].grad!), rest),
            ];
        }
    }

    private static List<Line> GatedGelu(Device device)
    {
        using var scope = NewDisposeScope();
        var h = randn(2, 77, 2 * 1280, device: device).bfloat16().requires_grad_(true);
        var gradient = randn(2, 77, 1280, device: device).bfloat16();
        var output = GatedGeluFunction.Apply(h);
        output.backward([gradient]);

        var wide = h.detach().to_type(ScalarType.Float32).requires_grad_(true);
        var halves = wide.chunk(2, -1);
        var expected = halves[0] * nn.functional.gelu(halves[1]);
        expected.backward([gradient.to_type(ScalarType.Float32)]);
        using var noGradient = no_grad();
        return [new("gated GELU", Error(output, expected), Half), new("gated GELU, gradient", Error(h.grad!, wide.grad!), Half)];
    }

    // More tensors than a launch takes, of sizes around a thread's four numbers and a block's chunk; some fp32, one without gradient.
    private static List<Line> AdamW(Device device)
    {
        const int count = 300;
        const double limit = 0.5;
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var options = new AdamWOptions();
        Tensor[] masters = [.. Enumerable.Range(0, count).Select(i => randn(i % 50 == 7 ? 40_001 + i : 1 + (i * 3), device: device))];
        Tensor[] expected = [.. masters.Select(master => master.clone())];
        AdamMoments[] moments = [.. masters.Select(AdamMoments.Whole)];
        Tensor[] otherMeans = [.. masters.Select(master => zeros_like(master))], otherSquares = [.. masters.Select(master => zeros_like(master))];
        Tensor[] otherSteps = [.. masters.Select(_ => zeros([], dtype: ScalarType.Float32, device: device))];
        Tensor[] weights = [.. masters.Select((master, i) => i % 4 == 1 ? master : master.bfloat16())];
        Tensor?[] gradients = [.. weights.Select((weight, i) => i == 5 ? null : (randn_like(weight, dtype: ScalarType.Float32) * 0.01).to_type(weight.dtype))];
        using var kernels = new CudaAdamW(weights, masters, moments, options);
        var rate = tensor(1e-2f, device: device);
        var live = Enumerable.Range(0, count).Where(i => gradients[i] is not null).ToArray();
        Tensor[] wide = [.. live.Select(i => gradients[i]!.to_type(ScalarType.Float32))];
        var norm = stack([.. wide.Select(one => one.square().sum())]).sum().sqrt();
        Tensor divisor = kernels.Divisor(gradients, limit), expectedDivisor = (norm / limit).clamp(min: 1);
        for (var step = 1; step <= 3; step++)
        {
            kernels.Step(gradients, rate, step == 2 ? null : divisor);
            foreach (var i in live)
            {
                otherSteps[i].add_(1);
            }

            // libtorch's kernel leaves the divided gradients behind, so it gets copies.
            FusedAdamW.Update(new([.. live.Select(i => expected[i])], [.. wide.Select(one => one.clone())], [.. live.Select(i => otherMeans[i])], [.. live.Select(i => otherSquares[i])],
                [.. live.Select(i => otherSteps[i])]), 1e-2, options, step == 2 ? null : expectedDivisor);
        }

        List<Line> lines =
        [
            new("gradients' norm", Error(divisor, expectedDivisor), Single), Compare("AdamW, masters", masters, expected, 1e-6),
            Compare("AdamW, means", [.. moments.Select(one => one.Mean!)], otherMeans, Single), Compare("AdamW, squares", [.. moments.Select(one => one.Square!)], otherSquares, Single),
            Compare("AdamW, bf16 weights", weights, [.. masters.Select((master, i) => weights[i].dtype == ScalarType.Float32 ? master : master.bfloat16())], 0),
        ];
        Array.ForEach(moments, one => one.Dispose());
        return lines;
    }

    // Whole blocks and broken ones, less than a chunk and more, too few numbers to be bytes; every third in fp32.
    private static List<Line> AdamWWithBytes(Device device)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var options = new AdamWOptions();
        Tensor[] masters = [.. new long[] { 4096, 5000, 40_001, 16_384, 17, 4099, 262_144 }.Select(count => randn(count, device: device))];
        Tensor[] expected = [.. masters.Select(master => master.clone())];
        Tensor[] weights = [.. masters.Select((master, i) => i % 3 == 1 ? master : master.bfloat16())];
        AdamMoments[] moments = [.. masters.Select(master => AdamMoments.AsBytes(master, inMemoryOrder: true))], others = [.. masters.Select(master => AdamMoments.AsBytes(master, inMemoryOrder: true))];
        using var kernels = new CudaAdamW(weights, masters, moments, options);
        Tensor rate = tensor(1e-2f, device: device), divisor = tensor(2f, device: device), steps = zeros([], dtype: ScalarType.Float32, device: device);
        for (var step = 0; step < 5; step++)
        {
            Tensor[] gradients = [.. weights.Select(weight => (randn_like(weight, dtype: ScalarType.Float32) * randn_like(weight, dtype: ScalarType.Float32).exp()).to_type(weight.dtype))];
            kernels.Step(gradients, rate, divisor);
            steps.add_(1);
            for (var i = 0; i < masters.Length; i++)
            {
                Tensor mean = others[i].MeanBytes?.Read() ?? others[i].Mean!, square = others[i].SquareBytes?.Read() ?? others[i].Square!;
                FusedAdamW.Update(new([expected[i]], [gradients[i].to_type(ScalarType.Float32).clone()], [mean], [square], [steps]), 1e-2, options, divisor);
                others[i].MeanBytes?.Write(mean);
                others[i].SquareBytes?.Write(square);
            }
        }

        // A number halfway between two values may go to either, which one in some ten thousand does.
        const double halfway = 1e-3;
        Tensor[] Numbers(AdamMoments[] all, Func<AdamMoments, BlockwiseBytes?> bytes, Func<AdamMoments, Tensor?> whole) => [.. all.Select(one => bytes(one)?.Read() ?? whole(one)!)];
        List<Line> lines =
        [
            Compare("AdamW with bytes, masters", masters, expected, halfway),
            Compare("AdamW with bytes, means", Numbers(moments, one => one.MeanBytes, one => one.Mean), Numbers(others, one => one.MeanBytes, one => one.Mean), halfway),
            Compare("AdamW with bytes, squares", Numbers(moments, one => one.SquareBytes, one => one.Square), Numbers(others, one => one.SquareBytes, one => one.Square), halfway),
            Compare("AdamW with bytes, bf16 weights", weights, [.. masters.Select((master, i) => weights[i].dtype == ScalarType.Float32 ? master : master.bfloat16())], 0),
        ];
        foreach (var one in (AdamMoments[])[.. moments, .. others])
        {
            one.Dispose();
        }

        return lines;
    }

    private static Line Compare(string name, Tensor[] actual, Tensor[] wanted, double tolerance) => new(name, Error(Flat(actual), Flat(wanted)), tolerance);

    private static Tensor Flat(Tensor[] tensors) => cat([.. tensors.Select(one => one.reshape(-1).to_type(ScalarType.Float32))]);

    private static double Error(Tensor actual, Tensor expected)
    {
        var (a, e) = (actual.detach().to_type(ScalarType.Float64), expected.detach().to_type(ScalarType.Float64));
        return ((a - e).square().sum() / e.square().sum()).sqrt().item<double>();
    }
}
