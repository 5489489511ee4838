using Diptych.Common.Layers;
using Diptych.Tests.Common.Cuda;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Layers;

public sealed class PlacementTests
{
    [Fact]
    public void A_network_with_a_dictionary_of_modules_can_be_moved_and_its_parameters_stay_the_same_objects()
    {
        using var layers = nn.ModuleDict(("a", nn.Linear(2, 3)), ("b", nn.Linear(3, 1)));
        var before = layers.parameters().ToList();
        layers.MoveTo(CPU);
        Assert.Equal(before.Select(p => p.Handle), layers.parameters().Select(p => p.Handle));

        var device = CudaDevice.Require();
        layers.MoveTo(device);
        Assert.All(layers.parameters(), p => Assert.Equal(TorchSharp.DeviceType.CUDA, p.device_type));
    }
}
