using static TorchSharp.torch;

namespace Diptych.Common.Diffusion;

/// <summary>
/// The network's raw prediction, guidance included, for a noised sample [n, c, h, w] at a timestep (a scalar tensor on the sample's device).
/// Called inside a dispose scope that frees whatever it leaves behind.
/// </summary>
public delegate Tensor Denoiser(Tensor sample, Tensor timestep);
