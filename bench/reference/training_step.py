"""Times a training step of diffusers' example scripts textual_inversion.py and train_dreambooth.py.

Stable Diffusion 1.5's shape at 512 px with random weights (speed does not depend on them), as
`accelerate launch --mixed_precision bf16` runs the scripts. Three forms of the step:

eager     what the script does: each step decodes and resizes its photos with PIL in this process, encodes
          them with the VAE, encodes the prompts, and trains through an uncompiled UNet.
compiled  the same with torch.compile on the whole UNet, as accelerate's dynamo option does.
cached    compiled, with the VAE's moments (sampled each step) and DreamBooth's prompt computed beforehand
          and the networks for them off the GPU, and gradients dropped rather than zeroed, as trainers such
          as kohya's do.

Methods: `ti` trains the token table with a bf16 UNet under an fp32 text encoder with autocast; `db` trains
an fp32 UNet under autocast with a frozen bf16 text encoder. Left out as negligible: the tokenizer (random
ids stand in for its output), the constant learning-rate schedule and the progress bar.

Needs a CUDA device, torch, transformers, safetensors, numpy and Pillow, and diffusers either installed or as a folder
that holds its package:

    DIFFUSERS_SRC=/tmp/reference TORCHINDUCTOR_CACHE_DIR=/tmp/inductor python3 training_step.py \
        --ceiling --method ti,db --batch 1,16 --form eager,compiled,cached --json results.jsonl

With --replay it takes no times: it loads the model that `diptych bench levers --losses FILE` trained, takes the
same steps from that file (latents, noise, timesteps, token ids) as the script does, in bf16 and in fp32, and says
how far the losses lie apart.
"""
import argparse
import gc
import io
import json
import math
import os
import random
import statistics
import sys
import time
import traceback
from types import SimpleNamespace

import numpy as np
import torch
import torch._dynamo
import torch.nn.functional as F
from PIL import Image
from safetensors import safe_open

if "DIFFUSERS_SRC" in os.environ:
    sys.path.insert(0, os.environ["DIFFUSERS_SRC"])
# Neither script trains an adapter here: without peft, diffusers skips its adapter code in the forward pass.
sys.modules["peft"] = None

from diffusers import AutoencoderKL, DDPMScheduler, UNet2DConditionModel  # noqa: E402
from transformers import CLIPTextConfig, CLIPTextModel  # noqa: E402

RESOLUTION = 512
PHOTOS = 4
PHOTO_SIZE = 768
TOKENS = 77
PLACEHOLDER = 49408  # The id that textual inversion adds behind CLIP's own vocabulary.
PREWARM_STEPS = 3


def build(method):
    """Makes the networks and the noise schedule on the GPU, frozen and cast as the method's script does."""
    with torch.device("cuda"):
        unet = UNet2DConditionModel(
            sample_size=64, in_channels=4, out_channels=4, layers_per_block=2,
            block_out_channels=(320, 640, 1280, 1280), cross_attention_dim=768, attention_head_dim=8,
            down_block_types=("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",),
            up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3)
        vae = AutoencoderKL(
            sample_size=RESOLUTION, latent_channels=4, layers_per_block=2, norm_num_groups=32,
            block_out_channels=(128, 256, 512, 512), down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4)
        text = CLIPTextModel(CLIPTextConfig(
            vocab_size=PLACEHOLDER + (method == "ti"), hidden_size=768, intermediate_size=3072,
            num_hidden_layers=12, num_attention_heads=12, max_position_embeddings=TOKENS,
            hidden_act="quick_gelu"))
    nets = prepare(method, unet, text, torch.bfloat16)
    nets.vae = vae.eval().requires_grad_(False).to(torch.bfloat16)
    return nets


def prepare(method, unet, text, dtype):
    """Freezes and casts the networks as the method's script does with weights of this type."""
    for network in (unet, text):
        network.eval().requires_grad_(False)
    if method == "ti":
        unet.to(dtype)
        text.train()
        trained = [text.get_input_embeddings().weight]
    else:
        text.to(dtype)
        unet.train()
        trained = list(unet.parameters())
    for parameter in trained:
        parameter.requires_grad_(True)
    schedule = DDPMScheduler(
        num_train_timesteps=1000, beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")
    return SimpleNamespace(unet=unet, text=text, trained=trained, schedule=schedule, dtype=dtype)


def make_photo(seed):
    """A JPEG file's bytes: smooth shapes with a little grain."""
    generator = np.random.default_rng(seed)
    shapes = Image.fromarray(generator.integers(0, 256, (24, 24, 3), dtype=np.uint8))
    smooth = np.asarray(shapes.resize((PHOTO_SIZE, PHOTO_SIZE), Image.Resampling.BICUBIC), dtype=np.float32)
    grain = generator.normal(0, 4, smooth.shape)
    file = io.BytesIO()
    Image.fromarray(np.clip(smooth + grain, 0, 255).astype(np.uint8)).save(file, "JPEG", quality=90)
    return file.getvalue()


def load_photo(photo, method):
    """Decodes a photo to a tensor in [-1, 1] as the method's data set does: ti flips half of them."""
    resample = Image.Resampling.BICUBIC if method == "ti" else Image.Resampling.BILINEAR
    image = Image.open(io.BytesIO(photo)).convert("RGB").resize((RESOLUTION, RESOLUTION), resample)
    if method == "ti" and random.random() < 0.5:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return torch.from_numpy(np.asarray(image, dtype=np.float32) / 127.5 - 1).permute(2, 0, 1)


def encode_photos(nets, photos, method):
    """The VAE's distribution over the photos' latents."""
    pixels = torch.stack([load_photo(photo, method) for photo in photos]).contiguous()
    return nets.vae.encode(pixels.to("cuda").to(torch.bfloat16)).latent_dist


def random_prompts(batch, method):
    """Token ids of random prompts; for ti each holds the placeholder token."""
    ids = torch.randint(0, PLACEHOLDER, (batch, TOKENS))
    if method == "ti":
        ids[:, 5] = PLACEHOLDER
    return ids


def encode_prompts(nets, ids, method):
    """The text states of prompts in the type of the frozen weights."""
    with torch.autocast("cuda", dtype=torch.bfloat16, enabled=method == "ti" and nets.dtype == torch.bfloat16):
        states = nets.text(ids.to("cuda"))[0]
    return states.to(nets.dtype)


def restore_rows(table, original):
    """Writes back every row of the token table but the placeholder's, as the script does after each step."""
    keep = torch.ones(len(table), dtype=torch.bool)
    keep[PLACEHOLDER] = False
    with torch.no_grad():
        table[keep] = original[keep]


def make_learner(nets, unet, method, drops_gradients):
    """Returns a function that learns from latents, noise, timesteps and text states and returns the loss as a number."""
    optimizer = torch.optim.AdamW(nets.trained, lr=1e-4 if method == "ti" else 5e-6)
    original = nets.trained[0].detach().clone() if method == "ti" else None

    def learn(latents, noise, timesteps, states):
        noisy = nets.schedule.add_noise(latents, noise, timesteps)
        with torch.autocast("cuda", dtype=torch.bfloat16, enabled=method == "db" and nets.dtype == torch.bfloat16):
            predicted = unet(noisy, timesteps, states, return_dict=False)[0]
        loss = F.mse_loss(predicted.float(), noise.float())
        loss.backward()
        if method == "db":
            torch.nn.utils.clip_grad_norm_(nets.trained, 1.0)
        optimizer.step()
        # train_dreambooth.py zeroes the gradients unless told otherwise; textual_inversion.py drops them.
        optimizer.zero_grad(set_to_none=drops_gradients or method == "ti")
        if method == "ti":
            restore_rows(nets.trained[0], original)
        return loss.detach().item()

    return learn


def make_step(nets, unet, method, batch, cached):
    """Returns a function that trains one step with the given UNet and returns the loss as a number."""
    photos = [make_photo(seed) for seed in range(PHOTOS)]
    learn = make_learner(nets, unet, method, drops_gradients=cached)
    nets.vae.to("cuda")
    nets.text.to("cuda")
    if cached:
        with torch.no_grad():
            moments = encode_photos(nets, photos, method)
            mean, std = moments.mean.contiguous(), moments.std.contiguous()
            # Strides as the VAE leaves them (channels last), so that one compiled UNet serves both forms.
            layout = encode_photos(nets, random.choices(photos, k=batch), method).sample()
            prompt = encode_prompts(nets, random_prompts(1, method), method).repeat(batch, 1, 1) if method == "db" else None
        nets.vae.to("cpu")
        if method == "db":
            nets.text.to("cpu")

    def sample_latents():
        if cached:
            chosen = torch.randint(0, PHOTOS, (batch,), device="cuda")
            return torch.empty_like(layout).copy_(mean[chosen] + std[chosen] * torch.randn_like(layout))
        return encode_photos(nets, random.choices(photos, k=batch), method).sample()

    def step():
        latents = sample_latents() * nets.vae.config.scaling_factor
        noise = torch.randn_like(latents)
        timesteps = torch.randint(0, 1000, (batch,), device="cuda")
        states = prompt if cached and method == "db" else encode_prompts(nets, random_prompts(batch, method), method)
        return learn(latents, noise, timesteps, states)

    return step


def append_line(path, line):
    """Prints a result and appends it to the file."""
    text = json.dumps(line | {"torch": torch.__version__, "device": torch.cuda.get_device_name()})
    print(text, flush=True)
    with open(path, "a", encoding="utf-8") as file:
        file.write(text + "\n")


def run(nets, unet, method, batch, form, steps, args):
    """Warms one combination up, times its rounds of this many steps and appends the result."""
    step = make_step(nets, unet, method, batch, form == "cached")
    start = time.perf_counter()
    for _ in range(PREWARM_STEPS if args.prewarm else args.warmup):
        step()
    torch.cuda.synchronize()
    print(f"{method} {batch} {form}: warm after {time.perf_counter() - start:.1f} s", flush=True)
    if args.prewarm:
        return
    torch.cuda.reset_peak_memory_stats()
    rounds = []
    for _ in range(args.rounds):
        torch.cuda.synchronize()
        start = time.perf_counter()
        for _ in range(steps):
            loss = step()
        torch.cuda.synchronize()
        rounds.append((time.perf_counter() - start) * 1000 / steps)
    if not math.isfinite(loss):
        raise ArithmeticError(f"the loss is {loss}")
    append_line(args.json, {
        "method": method, "batch": batch, "form": form, "ms": round(statistics.median(rounds), 3), "steps": steps,
        "rounds": [round(ms, 3) for ms in rounds],
        "peak_mb": round(torch.cuda.max_memory_allocated() / 2**20), "loss": round(loss, 5)})


def compile_ahead(nets, compiled, method, batch, args):
    """Compiles with three steps, gives the memory back and waits for the file: several processes can compile side by side and be timed one by one."""
    try:
        step = make_step(nets, compiled, method, batch, False)
        for _ in range(PREWARM_STEPS):
            step()
    except Exception:
        traceback.print_exc()
    step = None
    for parameter in nets.trained:
        parameter.grad = None
    gc.collect()
    torch.cuda.empty_cache()
    print(f"{method} {batch}: compiled, waiting for {args.wait_for}", flush=True)
    while not os.path.exists(args.wait_for):
        time.sleep(0.1)


def run_method(method, args):
    """Runs every batch and form of a method on one set of networks; a failed one is reported and passed over."""
    start = time.perf_counter()
    nets = build(method)
    torch.cuda.synchronize()
    print(f"{method}: built in {time.perf_counter() - start:.1f} s", flush=True)
    for batch in args.batch:
        compiled = torch.compile(nets.unet, dynamic=False)  # Shared by both compiled forms of this batch.
        if args.wait_for:
            compile_ahead(nets, compiled, method, batch, args)
        for form, steps in zip(args.form, args.steps):
            try:
                run(nets, nets.unet if form == "eager" else compiled, method, batch, form, steps, args)
            except Exception:
                print(f"{method} {batch} {form} failed:", flush=True)
                traceback.print_exc()
            for parameter in nets.trained:
                parameter.grad = None
            gc.collect()
            torch.cuda.empty_cache()
        torch._dynamo.reset()


def load(method, folder, initializer, dtype):
    """The networks of a model folder on the GPU, frozen and cast as the method's script does; for ti with a placeholder that starts from the initializer's row."""
    unet = UNet2DConditionModel.from_pretrained(folder, subfolder="unet", torch_dtype=torch.float32).to("cuda")
    text, loading = CLIPTextModel.from_pretrained(folder, subfolder="text_encoder", dtype=torch.float32, output_loading_info=True)
    if loading["missing_keys"]:
        raise ValueError(f"{folder}/text_encoder holds no {', '.join(sorted(loading['missing_keys']))}")
    text.to("cuda")
    if method == "ti":
        text.resize_token_embeddings(PLACEHOLDER + 1)
        table = text.get_input_embeddings().weight.data
        table[PLACEHOLDER] = table[initializer]
    return prepare(method, unet, text, dtype)


def replay(path, args):
    """Takes the steps of a file in both precisions and appends its losses and the script's."""
    with safe_open(path, "pt", device="cuda") as file:
        about, steps = file.metadata(), {name: file.get_tensor(name) for name in file.keys()}
    ours, method = steps["losses"].tolist(), about["method"]
    result = {"kind": "losses", "method": method, "batch": steps["timesteps"].shape[1], "ours": ours}
    for name, dtype in (("bf16", torch.bfloat16), ("fp32", torch.float32)):
        torch.backends.cudnn.allow_tf32 = dtype != torch.float32
        nets = load(method, args.model, int(about["initializer_id"]), dtype)
        learn = make_learner(nets, nets.unet, method, drops_gradients=False)
        script = []
        for latents, noise, timesteps, ids in zip(*(steps[name] for name in ("latents", "noise", "timesteps", "ids"))):
            script.append(learn(latents.to(dtype), noise.to(dtype), timesteps, encode_prompts(nets, ids, method)))
        result |= {f"script_{name}": script, f"largest_difference_{name}": apart(ours, script)}
        nets = learn = None
        gc.collect()
        torch.cuda.empty_cache()
    append_line(args.json, result | {"largest_difference_of_the_scripts": apart(result["script_fp32"], result["script_bf16"])})


def apart(losses, others):
    """The largest difference of two runs at one step, relative to the first's loss."""
    return max(abs(a - b) / abs(a) for a, b in zip(losses, others))


def seconds_of(work):
    """The mean time of one call on the GPU."""
    for _ in range(5):
        work()
    torch.cuda.synchronize()
    start = time.perf_counter()
    for _ in range(20):
        work()
    torch.cuda.synchronize()
    return (time.perf_counter() - start) / 20


def measure_ceiling(path):
    """Appends the card's rate for a large bf16 matmul and a device-to-device copy (bytes read plus written)."""
    a, b, c = (torch.randn(8192, 8192, device="cuda", dtype=torch.bfloat16) for _ in range(3))
    matmul = 2 * 8192**3 / seconds_of(lambda: torch.mm(a, b, out=c)) / 1e12
    source = torch.rand(2**30, device="cuda")
    target = torch.empty_like(source)
    copy = 2 * source.nbytes / seconds_of(lambda: target.copy_(source)) / 1e12
    append_line(path, {
        "kind": "ceiling", "matmul_tflops": round(matmul, 1), "copy_tbs": round(copy, 3)})


def list_of(kind, allowed=None):
    """An argparse type: comma-separated values."""
    def parse(text):
        values = [kind(value) for value in text.split(",")]
        if allowed and not set(values) <= set(allowed):
            raise argparse.ArgumentTypeError(f"choose from {', '.join(allowed)}")
        return values
    return parse


def main():
    """Reads the command line and measures what it asks for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--method", type=list_of(str, ("ti", "db")), default=[], help="ti, db; none: no steps")
    parser.add_argument("--batch", type=list_of(int), default=[1])
    forms = ("eager", "compiled", "cached")
    parser.add_argument("--form", type=list_of(str, forms), default=list(forms))
    parser.add_argument("--warmup", type=int, default=20)
    parser.add_argument("--steps", type=list_of(int), default=[50], help="of a round: one number, or one a form")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", help="the file that each result is appended to as a line")
    parser.add_argument("--prewarm", action="store_true", help="three steps each, to fill the inductor cache")
    parser.add_argument("--wait-for", metavar="FILE", help="compile first, and time only once this file is there: several processes can so compile side by side")
    parser.add_argument("--replay", type=list_of(str), default=[], metavar="FILES", help="compare losses on the steps of these files of `diptych bench levers --losses`")
    parser.add_argument("--model", metavar="DIR", help="the model folder those steps were taken with")
    parser.add_argument("--ceiling", action="store_true", help="also measure the card's own rates")
    args = parser.parse_args()
    if not args.json and (args.ceiling or args.replay or not args.prewarm):
        parser.error("--json is needed")
    if not args.method and not args.ceiling and not args.replay:
        parser.error("nothing to do without --method, --ceiling or --replay")
    if len(args.steps) == 1:
        args.steps *= len(args.form)
    if len(args.steps) != len(args.form):
        parser.error("--steps takes one number, or one a form")
    if args.replay and not args.model:
        parser.error("--replay needs --model")
    torch.manual_seed(0)
    random.seed(0)
    if args.ceiling:
        measure_ceiling(args.json)
        torch.cuda.empty_cache()
    for path in args.replay:
        replay(path, args)
    for method in args.method:
        run_method(method, args)
        gc.collect()
        torch.cuda.empty_cache()


if __name__ == "__main__":
    main()
