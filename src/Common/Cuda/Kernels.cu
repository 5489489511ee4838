// Hand-written kernels, compiled by NVRTC when they are first needed; no header, so none has to be found.
// bf16 goes in and out, everything between is fp32. Sums are added in an order that does not depend on timing: the same input gives the same bits.
// Pictures are channels-last, [n, hw, c]: a thread owns eight neighbouring channels (16 bytes) and walks down its rows.

typedef unsigned short bf16;

extern __shared__ __align__(16) float pool[];

// ---------------------------------------------------------------------------------------------------------------- numbers

__device__ __forceinline__ float low_of(unsigned int pair) { return __uint_as_float(pair << 16); }

__device__ __forceinline__ float high_of(unsigned int pair) { return __uint_as_float(pair & 0xffff0000u); }

__device__ __forceinline__ float widen(bf16 half) { return __uint_as_float((unsigned int)half << 16); }

// To the nearest, of two equally near ones to the even; what is no number stays none.
__device__ __forceinline__ bf16 narrow(float number)
{
    unsigned int bits = __float_as_uint(number);
    unsigned int upper = bits >> 16;
    return (bf16)(number == number ? (bits + 0x7fffu + (upper & 1u)) >> 16 : upper | 0x40u);
}

__device__ __forceinline__ unsigned int narrow2(float low, float high)
{
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
    unsigned int pair;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
    return pair;
#else
    return (unsigned int)narrow(low) | ((unsigned int)narrow(high) << 16);
#endif
}

__device__ __forceinline__ void load8(const bf16* from, float (&to)[8])
{
    uint4 raw = *(const uint4*)from;
    to[0] = low_of(raw.x); to[1] = high_of(raw.x); to[2] = low_of(raw.y); to[3] = high_of(raw.y);
    to[4] = low_of(raw.z); to[5] = high_of(raw.z); to[6] = low_of(raw.w); to[7] = high_of(raw.w);
}

__device__ __forceinline__ void load8(const float* from, float (&to)[8])
{
    float4 first = ((const float4*)from)[0], second = ((const float4*)from)[1];
    to[0] = first.x; to[1] = first.y; to[2] = first.z; to[3] = first.w;
    to[4] = second.x; to[5] = second.y; to[6] = second.z; to[7] = second.w;
}

__device__ __forceinline__ void store8(bf16* to, const float (&from)[8])
{
    uint4 raw;
    raw.x = narrow2(from[0], from[1]); raw.y = narrow2(from[2], from[3]);
    raw.z = narrow2(from[4], from[5]); raw.w = narrow2(from[6], from[7]);
    *(uint4*)to = raw;
}

__device__ __forceinline__ void store8(float* to, const float (&from)[8])
{
    float4 first, second;
    first.x = from[0]; first.y = from[1]; first.z = from[2]; first.w = from[3];
    second.x = from[4]; second.y = from[5]; second.z = from[6]; second.w = from[7];
    ((float4*)to)[0] = first;
    ((float4*)to)[1] = second;
}

// Weights of normalisations are bf16 in a frozen network and fp32 in one that learns.
__device__ __forceinline__ float parameter(const void* from, int at, int is_float)
{
    return is_float ? ((const float*)from)[at] : widen(((const bf16*)from)[at]);
}

__device__ __forceinline__ float sigmoid(float z) { return __fdividef(1.0f, 1.0f + __expf(-z)); }

__device__ __forceinline__ int least(int a, int b) { return a < b ? a : b; }

__device__ __forceinline__ float warp_sum(float number)
{
    for (int mask = 16; mask > 0; mask >>= 1) number += __shfl_xor_sync(0xffffffffu, number, mask);
    return number;
}

// Of the block's threads, a whole number of warps; every thread gets it. Uses the first 32 places of the pool.
__device__ __forceinline__ float block_sum(float number)
{
    int warps = blockDim.x / 32;
    number = warp_sum(number);
    if (threadIdx.x % 32 == 0) pool[threadIdx.x / 32] = number;
    __syncthreads();
    number = warp_sum(threadIdx.x % 32 < warps ? pool[threadIdx.x % 32] : 0.0f);
    __syncthreads();
    return number;
}

// Count, mean and sum of squared distances from the mean, of a set of numbers; two sets are merged without cancellation (Chan, Golub, LeVeque 1983).
struct Moments
{
    float count, mean, square;
};

__device__ __forceinline__ void merge(Moments& to, float count, float mean, float square)
{
    float all = to.count + count;
    if (all > 0.0f)
    {
        float apart = mean - to.mean, share = count / all;
        to.mean += apart * share;
        to.square += square + apart * apart * to.count * share;
        to.count = all;
    }
}

__device__ __forceinline__ void warp_merge(Moments& moments)
{
    for (int mask = 16; mask > 0; mask >>= 1)
    {
        float count = __shfl_xor_sync(0xffffffffu, moments.count, mask);
        float mean = __shfl_xor_sync(0xffffffffu, moments.mean, mask);
        float square = __shfl_xor_sync(0xffffffffu, moments.square, mask);
        merge(moments, count, mean, square);
    }
}

// ---------------------------------------------------------------------------------------------------- group normalisation
// All on a grid of (tiles, n): a block has the rows [tile * rows, tile * rows + rows) of one sample, in as many lanes of c / 8 threads as fit.

struct Tile
{
    int sample, tile, vector, lane, lanes, first, end;

    __device__ __forceinline__ Tile(int hw, int c, int rows, bool backwards)
    {
        int vectors = c / 8;
        // What the launch before read last is still in the cache: begin there.
        sample = backwards ? gridDim.y - 1 - blockIdx.y : blockIdx.y;
        tile = backwards ? gridDim.x - 1 - blockIdx.x : blockIdx.x;
        lanes = blockDim.x / vectors;
        vector = threadIdx.x % vectors;
        lane = threadIdx.x / vectors;
        first = tile * rows;
        end = least(first + rows, hw);
    }

    __device__ __forceinline__ long long offset(int row, int hw, int c) const { return ((long long)sample * hw + row) * c + vector * 8; }
};

// Mean and squared distances of each tile's groups: partial [n, groups, tiles] of pairs. Pool: 2 * lanes * c.
extern "C" __global__ void __launch_bounds__(512) group_norm_moments(const bf16* __restrict__ x, float2* __restrict__ partial, int hw, int c, int groups, int rows)
{
    Tile at(hw, c, rows, false);
    float* means = pool;
    float* squares = pool + at.lanes * c;
    if (at.lane < at.lanes)
    {
        // Distances from a number of the same channel: their squares are of the variance's size, whatever the mean.
        float origin[8], sum[8], square[8];
        int mine = at.first + at.lane < at.end ? (at.end - at.first - at.lane + at.lanes - 1) / at.lanes : 0;
        for (int i = 0; i < 8; i++) origin[i] = sum[i] = square[i] = 0.0f;
        if (mine > 0) load8(x + at.offset(at.first + at.lane, hw, c), origin);
#pragma unroll 4
        for (int row = at.first + at.lane; row < at.end; row += at.lanes)
        {
            float v[8];
            load8(x + at.offset(row, hw, c), v);
            for (int i = 0; i < 8; i++)
            {
                float apart = v[i] - origin[i];
                sum[i] += apart;
                square[i] += apart * apart;
            }
        }

        float share = mine > 0 ? 1.0f / mine : 0.0f;
        for (int i = 0; i < 8; i++)
        {
            float mean = sum[i] * share;
            square[i] = fmaxf(square[i] - sum[i] * mean, 0.0f);
            sum[i] = origin[i] + mean;
        }

        store8(means + at.lane * c + at.vector * 8, sum);
        store8(squares + at.lane * c + at.vector * 8, square);
    }

    __syncthreads();
    int width = c / groups;
    for (int group = threadIdx.x / 32; group < groups; group += blockDim.x / 32)
    {
        Moments moments = { 0.0f, 0.0f, 0.0f };
        for (int entry = threadIdx.x % 32; entry < width * at.lanes; entry += 32)
        {
            int lane = entry / width, place = lane * c + group * width + entry % width;
            int count = at.end - at.first - lane + at.lanes - 1;
            merge(moments, (float)(count > 0 ? count / at.lanes : 0), means[place], squares[place]);
        }

        warp_merge(moments);
        if (threadIdx.x % 32 == 0)
        {
            float2 pair;
            pair.x = moments.mean;
            pair.y = moments.square;
            partial[((long long)at.sample * groups + group) * gridDim.x + at.tile] = pair;
        }
    }
}

template <bool Silu>
__device__ __forceinline__ void normalise_rows(const Tile& at, const bf16* x, bf16* y, const float (&mean)[8], const float (&scale)[8], const float (&shift)[8], int hw, int c)
{
#pragma unroll 4
    for (int row = at.first + at.lane; row < at.end; row += at.lanes)
    {
        long long offset = at.offset(row, hw, c);
        float v[8];
        load8(x + offset, v);
        for (int i = 0; i < 8; i++)
        {
            float z = (v[i] - mean[i]) * scale[i] + shift[i];
            v[i] = Silu ? z * sigmoid(z) : z;
        }

        store8(y + offset, v);
    }
}

// Merges the tiles' moments, writes mean and rstd [n, groups] and y. Pool: 2 * groups.
extern "C" __global__ void __launch_bounds__(512) group_norm_forward(
    const bf16* __restrict__ x, const float2* __restrict__ partial, const void* __restrict__ weight, const void* __restrict__ bias, bf16* __restrict__ y,
    float* __restrict__ mean, float* __restrict__ rstd, int hw, int c, int groups, int rows, float epsilon, int silu, int float_parameters)
{
    Tile at(hw, c, rows, true);
    int width = c / groups, tiles = gridDim.x;
    for (int group = threadIdx.x / 32; group < groups; group += blockDim.x / 32)
    {
        Moments moments = { 0.0f, 0.0f, 0.0f };
        const float2* from = partial + ((long long)at.sample * groups + group) * tiles;
        for (int tile = threadIdx.x % 32; tile < tiles; tile += 32)
        {
            float2 pair = from[tile];
            merge(moments, (float)width * (least(tile * rows + rows, hw) - tile * rows), pair.x, pair.y);
        }

        warp_merge(moments);
        if (threadIdx.x % 32 == 0)
        {
            float inverse = rsqrtf(moments.square / moments.count + epsilon);
            pool[group] = moments.mean;
            pool[groups + group] = inverse;
            if (at.tile == 0)
            {
                mean[at.sample * groups + group] = moments.mean;
                rstd[at.sample * groups + group] = inverse;
            }
        }
    }

    __syncthreads();
    if (at.lane < at.lanes)
    {
        float middle[8], scale[8], shift[8];
        for (int i = 0; i < 8; i++)
        {
            int channel = at.vector * 8 + i, group = channel / width;
            middle[i] = pool[group];
            scale[i] = pool[groups + group] * parameter(weight, channel, float_parameters);
            shift[i] = parameter(bias, channel, float_parameters);
        }

        if (silu) normalise_rows<true>(at, x, y, middle, scale, shift, hw, c);
        else normalise_rows<false>(at, x, y, middle, scale, shift, hw, c);
    }
}

// The gradient at the normalisation's output: through SiLU where there is one.
template <bool Silu>
__device__ __forceinline__ float inner_gradient(float dy, float z)
{
    if (!Silu) return dy;
    float s = sigmoid(z);
    // Very negative z: s is 0 and z * (1 - s) finite, so the product is 0 as it should be.
    return dy * s * (1.0f + z * (1.0f - s));
}

template <bool Silu>
__device__ __forceinline__ void sum_rows(
    const Tile& at, const bf16* x, const bf16* dy, const float (&mean)[8], const float (&scale)[8], const float (&shift)[8], float (&sum)[8], float (&product)[8], int hw, int c)
{
#pragma unroll 2
    for (int row = at.first + at.lane; row < at.end; row += at.lanes)
    {
        long long offset = at.offset(row, hw, c);
        float v[8], g[8];
        load8(x + offset, v);
        load8(dy + offset, g);
        for (int i = 0; i < 8; i++)
        {
            float apart = v[i] - mean[i];
            float d = inner_gradient<Silu>(g[i], apart * scale[i] + shift[i]);
            sum[i] += d;
            product[i] += d * apart;
        }
    }
}

// What each tile adds to the sums that backward needs. Of groups, weighted: group_partial [n, groups, tiles] of pairs; of channels, where asked for:
// channel_partial [n, tiles, c] of pairs. The first of a pair sums the inner gradient d, the second d * (x - mean) * rstd. Pool: 2 * lanes * c.
extern "C" __global__ void __launch_bounds__(512) group_norm_backward_sums(
    const bf16* __restrict__ x, const bf16* __restrict__ dy, const float* __restrict__ mean, const float* __restrict__ rstd,
    const void* __restrict__ weight, const void* __restrict__ bias, float2* __restrict__ group_partial, float2* __restrict__ channel_partial,
    int hw, int c, int groups, int rows, int silu, int float_parameters)
{
    Tile at(hw, c, rows, false);
    int width = c / groups;
    float* sums = pool;
    float* products = pool + at.lanes * c;
    if (at.lane < at.lanes)
    {
        float middle[8], scale[8], shift[8], sum[8], product[8];
        for (int i = 0; i < 8; i++)
        {
            int channel = at.vector * 8 + i, group = at.sample * groups + channel / width;
            middle[i] = mean[group];
            scale[i] = rstd[group] * parameter(weight, channel, float_parameters);
            shift[i] = parameter(bias, channel, float_parameters);
            sum[i] = product[i] = 0.0f;
        }

        if (silu) sum_rows<true>(at, x, dy, middle, scale, shift, sum, product, hw, c);
        else sum_rows<false>(at, x, dy, middle, scale, shift, sum, product, hw, c);
        store8(sums + at.lane * c + at.vector * 8, sum);
        store8(products + at.lane * c + at.vector * 8, product);
    }

    __syncthreads();
    for (int channel = threadIdx.x; channel < c; channel += blockDim.x)
    {
        float sum = 0.0f, product = 0.0f;
        for (int lane = 0; lane < at.lanes; lane++)
        {
            sum += sums[lane * c + channel];
            product += products[lane * c + channel];
        }

        product *= rstd[at.sample * groups + channel / width];
        if (channel_partial)
        {
            float2 pair;
            pair.x = sum;
            pair.y = product;
            channel_partial[((long long)at.sample * gridDim.x + at.tile) * c + channel] = pair;
        }

        // Only this thread touches the channel's column.
        float factor = parameter(weight, channel, float_parameters);
        sums[channel] = sum * factor;
        products[channel] = product * factor;
    }

    __syncthreads();
    for (int group = threadIdx.x / 32; group < groups; group += blockDim.x / 32)
    {
        float sum = 0.0f, product = 0.0f;
        for (int entry = threadIdx.x % 32; entry < width; entry += 32)
        {
            sum += sums[group * width + entry];
            product += products[group * width + entry];
        }

        float2 pair;
        pair.x = warp_sum(sum);
        pair.y = warp_sum(product);
        if (threadIdx.x % 32 == 0) group_partial[((long long)at.sample * groups + group) * gridDim.x + at.tile] = pair;
    }
}

template <bool Silu>
__device__ __forceinline__ void input_gradient_rows(
    const Tile& at, const bf16* x, const bf16* dy, bf16* dx, const float (&mean)[8], const float (&scale)[8], const float (&shift)[8], const float (&slope)[8], const float (&level)[8],
    int hw, int c)
{
#pragma unroll 2
    for (int row = at.first + at.lane; row < at.end; row += at.lanes)
    {
        long long offset = at.offset(row, hw, c);
        float v[8], g[8];
        load8(x + offset, v);
        load8(dy + offset, g);
        for (int i = 0; i < 8; i++)
        {
            float apart = v[i] - mean[i];
            float d = inner_gradient<Silu>(g[i], apart * scale[i] + shift[i]);
            v[i] = d * scale[i] + apart * slope[i] + level[i];
        }

        store8(dx + offset, v);
    }
}

// dx = rstd * (d * weight - mean of d * weight - xhat * mean of d * weight * xhat), both means over the group. Pool: 2 * groups.
extern "C" __global__ void __launch_bounds__(512) group_norm_backward_input(
    const bf16* __restrict__ x, const bf16* __restrict__ dy, const float* __restrict__ mean, const float* __restrict__ rstd,
    const void* __restrict__ weight, const void* __restrict__ bias, const float2* __restrict__ group_partial, bf16* __restrict__ dx,
    int hw, int c, int groups, int rows, int silu, int float_parameters)
{
    Tile at(hw, c, rows, true);
    int width = c / groups, tiles = gridDim.x;
    float share = 1.0f / ((float)width * hw);
    for (int group = threadIdx.x / 32; group < groups; group += blockDim.x / 32)
    {
        float sum = 0.0f, product = 0.0f;
        const float2* from = group_partial + ((long long)at.sample * groups + group) * tiles;
        for (int tile = threadIdx.x % 32; tile < tiles; tile += 32)
        {
            float2 pair = from[tile];
            sum += pair.x;
            product += pair.y;
        }

        sum = warp_sum(sum);
        product = warp_sum(product);
        if (threadIdx.x % 32 == 0)
        {
            pool[group] = sum * share;
            pool[groups + group] = product * share;
        }
    }

    __syncthreads();
    if (at.lane < at.lanes)
    {
        float middle[8], scale[8], shift[8], slope[8], level[8];
        for (int i = 0; i < 8; i++)
        {
            int channel = at.vector * 8 + i, group = channel / width;
            float inverse = rstd[at.sample * groups + group];
            middle[i] = mean[at.sample * groups + group];
            scale[i] = inverse * parameter(weight, channel, float_parameters);
            shift[i] = parameter(bias, channel, float_parameters);
            level[i] = -inverse * pool[group];
            slope[i] = -inverse * inverse * pool[groups + group];
        }

        if (silu) input_gradient_rows<true>(at, x, dy, dx, middle, scale, shift, slope, level, hw, c);
        else input_gradient_rows<false>(at, x, dy, dx, middle, scale, shift, slope, level, hw, c);
    }
}

// Sums channel_partial [parts, c] over its parts: bias' gradient from the first of each pair, weight's from the second. Blocks of 512 have 32 channels. Pool: 1024.
extern "C" __global__ void __launch_bounds__(512) group_norm_backward_parameters(
    const float2* __restrict__ channel_partial, void* __restrict__ dweight, void* __restrict__ dbias, int parts, int c, int float_parameters)
{
    int column = threadIdx.x % 32, lane = threadIdx.x / 32, lanes = blockDim.x / 32;
    int channel = blockIdx.x * 32 + column;
    float sum = 0.0f, product = 0.0f;
    if (channel < c)
    {
#pragma unroll 4
        for (int part = lane; part < parts; part += lanes)
        {
            float2 pair = channel_partial[(long long)part * c + channel];
            sum += pair.x;
            product += pair.y;
        }
    }

    pool[threadIdx.x] = sum;
    pool[blockDim.x + threadIdx.x] = product;
    __syncthreads();
    if (lane == 0 && channel < c)
    {
        for (int other = 1; other < lanes; other++)
        {
            sum += pool[other * 32 + column];
            product += pool[blockDim.x + other * 32 + column];
        }

        if (float_parameters)
        {
            ((float*)dweight)[channel] = product;
            ((float*)dbias)[channel] = sum;
        }
        else
        {
            ((bf16*)dweight)[channel] = narrow(product);
            ((bf16*)dbias)[channel] = narrow(sum);
        }
    }
}

// -------------------------------------------------------------------------------------------------------------- gated GELU

__device__ __forceinline__ float normal_share(float g) { return 0.5f + 0.5f * erff(g * 0.70710678118654752f); }

// h [rows, 2 * width] -> y [rows, width]: the first half times the exact GELU of the second. A thread has eight neighbours.
extern "C" __global__ void __launch_bounds__(256) gated_gelu_forward(const bf16* __restrict__ h, bf16* __restrict__ y, long long vectors, int width)
{
    long long index = (long long)blockIdx.x * blockDim.x + threadIdx.x;
    if (index >= vectors) return;
    int across = width / 8;
    long long row = index / across;
    const bf16* from = h + row * 2 * width + (index - row * across) * 8;
    float a[8], g[8];
    load8(from, a);
    load8(from + width, g);
    for (int i = 0; i < 8; i++) a[i] *= g[i] * normal_share(g[i]);
    store8(y + index * 8, a);
}

// h [rows, 2 * width], dy [rows, width] -> dh [rows, 2 * width].
extern "C" __global__ void __launch_bounds__(256) gated_gelu_backward(const bf16* __restrict__ h, const bf16* __restrict__ dy, bf16* __restrict__ dh, long long vectors, int width)
{
    long long index = (long long)blockIdx.x * blockDim.x + threadIdx.x;
    if (index >= vectors) return;
    int across = width / 8;
    long long row = index / across, offset = row * 2 * width + (index - row * across) * 8;
    float a[8], g[8], d[8];
    load8(h + offset, a);
    load8(h + offset + width, g);
    load8(dy + index * 8, d);
    for (int i = 0; i < 8; i++)
    {
        float share = normal_share(g[i]), density = 0.39894228040143268f * __expf(-0.5f * g[i] * g[i]);
        float gate = d[i] * a[i] * (share + g[i] * density);
        a[i] = d[i] * g[i] * share;
        g[i] = gate;
    }

    store8(dh + offset, a);
    store8(dh + offset + width, g);
}

// ------------------------------------------------------------------------------------------------------------------- AdamW
// Many tensors in one launch. What never moves lies in tables in memory; the gradients' addresses are the launch's own parameters, so that a recorded launch
// holds them. A block has one chunk of one tensor.

#define TENSORS 256
#define CHUNK 16384

struct Gradients
{
    const void* at[TENSORS];
};

// half is null where the master itself is the weight; its gradient is fp32 then, and bf16 otherwise. Moments are fp32, or bytes where there are largest
// magnitudes beside them; all entries of a launch have the same.
struct Entry
{
    float* master;
    void* mean;
    void* square;
    float* mean_largest;
    float* square_largest;
    bf16* half;
    long long count;
};

struct Adam
{
    float keep, beta1, rest1, beta2, rest2, epsilon, share, size, inverse_root;

    __device__ __forceinline__ float step(float& mean, float& square, float master, float gradient) const
    {
        gradient *= share;
        mean = beta1 * mean + rest1 * gradient;
        square = beta2 * square + rest2 * gradient * gradient;
        return master * keep - size * mean / (sqrtf(square) * inverse_root + epsilon);
    }
};

// AdamW's constants; what of them depends on the step goes through the first four places of the pool.
struct Betas
{
    // rest1 is 1 - beta1, log1 the logarithm of beta1: both are rounded from double once.
    float beta1, rest1, log1, beta2, rest2, log2, epsilon, decay;

    __device__ __forceinline__ Adam at(const float* learning_rate, const float* divisor, const float* steps) const
    {
        if (threadIdx.x == 0)
        {
            // 1 - beta^steps; the difference itself would lose its digits in the first steps.
            float count = *steps, rate = *learning_rate;
            pool[0] = 1.0f - rate * decay;
            pool[1] = rate / -expm1f(count * log1);
            pool[2] = rsqrtf(-expm1f(count * log2));
            pool[3] = divisor ? 1.0f / *divisor : 1.0f;
        }

        __syncthreads();
        Adam adam = { pool[0], beta1, rest1, beta2, rest2, epsilon, pool[3], pool[1], pool[2] };
        return adam;
    }
};

__device__ __forceinline__ bool aligned(const void* address, int bytes) { return ((unsigned long long)address & (bytes - 1)) == 0; }

__device__ __forceinline__ void load4(const void* from, long long at, bool is_float, float (&to)[4])
{
    if (is_float)
    {
        float4 raw = *(const float4*)((const float*)from + at);
        to[0] = raw.x; to[1] = raw.y; to[2] = raw.z; to[3] = raw.w;
    }
    else
    {
        uint2 raw = *(const uint2*)((const bf16*)from + at);
        to[0] = low_of(raw.x); to[1] = high_of(raw.x); to[2] = low_of(raw.y); to[3] = high_of(raw.y);
    }
}

__device__ __forceinline__ void store4(float* to, const float (&from)[4])
{
    float4 raw;
    raw.x = from[0]; raw.y = from[1]; raw.z = from[2]; raw.w = from[3];
    *(float4*)to = raw;
}

extern "C" __global__ void add_one(float* __restrict__ number) { *number += 1.0f; }

// chunks: pairs of the tensor's place in this launch and the chunk's in the tensor; entries begin with this launch's. steps counts from one. Pool: 4.
extern "C" __global__ void __launch_bounds__(256) adamw(
    const int2* __restrict__ chunks, const Entry* __restrict__ entries, const float* __restrict__ learning_rate, const float* __restrict__ divisor, const float* __restrict__ steps,
    const Betas betas, const Gradients gradients)
{
    int2 chunk = chunks[blockIdx.x];
    const void* gradient = gradients.at[chunk.x];
    if (!gradient) return;
    Adam adam = betas.at(learning_rate, divisor, steps);
    Entry entry = entries[chunk.x];
    float* means = (float*)entry.mean;
    float* squares = (float*)entry.square;
    long long first = (long long)chunk.y * CHUNK, end = first + CHUNK < entry.count ? first + CHUNK : entry.count;
    bool is_float = !entry.half;
    long long at = first + threadIdx.x * 4;
    if (aligned(entry.master, 16) && aligned(means, 16) && aligned(squares, 16) && aligned(entry.half, 8) && aligned(gradient, is_float ? 16 : 8))
    {
        for (; at + 4 <= end; at += blockDim.x * 4)
        {
            float g[4], m[4], s[4], w[4];
            load4(gradient, at, is_float, g);
            load4(means, at, true, m);
            load4(squares, at, true, s);
            load4(entry.master, at, true, w);
            for (int i = 0; i < 4; i++) w[i] = adam.step(m[i], s[i], w[i], g[i]);
            store4(means + at, m);
            store4(squares + at, s);
            store4(entry.master + at, w);
            if (!is_float)
            {
                uint2 pair;
                pair.x = narrow2(w[0], w[1]);
                pair.y = narrow2(w[2], w[3]);
                *(uint2*)(entry.half + at) = pair;
            }
        }
    }

    // What is left: the tensor's last one to three numbers, or everything where an address is odd.
    for (; at < end; at += blockDim.x * 4)
    {
        for (long long i = at; i < at + 4 && i < end; i++)
        {
            float g = is_float ? ((const float*)gradient)[i] : widen(((const bf16*)gradient)[i]);
            float w = entry.master[i] = adam.step(means[i], squares[i], entry.master[i], g);
            if (!is_float) entry.half[i] = narrow(w);
        }
    }
}

// ------------------------------------------------------------------------------------------------------- moments as bytes
// 256 numbers beside each other share their largest magnitude; a byte is the place of the nearest of 256 values, of a tree that is symmetric where numbers
// have signs. The order of the values is BlockwiseBytes'.

#define BLOCK 256
#define DECADES 7

// The place of the nearest value, as bucketize between the values' middles finds it: from 0 to 255. A guess by the number's decade, put right by its neighbours.
template <bool Signed>
__device__ __forceinline__ int place_of(float number, const float* middles)
{
    float magnitude = fabsf(number);
    int decade = (int)floorf(__log2f(magnitude) * 0.30103f) + DECADES;
    decade = decade < 0 ? 0 : decade < DECADES - 1 ? decade : DECADES - 1;
    // Values of a decade lie in the middles of equal parts of its range from a tenth to the whole.
    int parts = Signed ? 1 << decade : 2 << decade;
    int part = (int)((magnitude * exp2f((DECADES - 1 - decade) * 3.3219281f) - 0.1f) * parts * 1.1111111f);
    part = part < 0 ? 0 : part < parts - 1 ? part : parts - 1;
    int rank = parts - 1 + part;
    int place = !Signed ? rank : number < 0.0f ? BLOCK / 2 - 2 - rank : BLOCK / 2 + rank;
    while (place < BLOCK - 1 && number > middles[place]) place++;
    while (place > 0 && number <= middles[place - 1]) place--;
    return place;
}

// Eight moments of this lane, of whose magnitudes the warp's block has the largest: written as bytes.
template <bool Signed>
__device__ __forceinline__ void store_bytes(const float (&moments)[8], unsigned char* codes, float* largest, const float* middles)
{
    float most = 0.0f;
    for (int i = 0; i < 8; i++) most = fmaxf(most, fabsf(moments[i]));
    for (int mask = 16; mask > 0; mask >>= 1) most = fmaxf(most, __shfl_xor_sync(0xffffffffu, most, mask));
    float share = 1.0f / fmaxf(most, 1e-38f);
    unsigned int words[2] = { 0u, 0u };
    for (int i = 0; i < 8; i++)
    {
        int place = place_of<Signed>(moments[i] * share, middles);
        // A second moment that became zero would make of the least mean a step without measure.
        if (!Signed && place == 0 && moments[i] > 0.0f) place = 1;
        words[i / 4] |= (unsigned int)place << (i % 4 * 8);
    }

    uint2 raw;
    raw.x = words[0];
    raw.y = words[1];
    *(uint2*)codes = raw;
    if (threadIdx.x % 32 == 0) *largest = most;
}

__device__ __forceinline__ void load_bytes(const unsigned char* codes, float largest, const float* tree, float (&to)[8])
{
    uint2 raw = *(const uint2*)codes;
    for (int i = 0; i < 8; i++) to[i] = tree[((i < 4 ? raw.x : raw.y) >> (i % 4 * 8)) & 255u] * largest;
}

// adamw with moments as bytes: a warp takes block after block, a lane eight neighbours. trees: the 256 values for signed numbers and the 256 for others. Pool: 4 + 1024.
extern "C" __global__ void __launch_bounds__(256) adamw_bytes(
    const int2* __restrict__ chunks, const Entry* __restrict__ entries, const float* __restrict__ learning_rate, const float* __restrict__ divisor, const float* __restrict__ steps,
    const Betas betas, const float* __restrict__ trees, const Gradients gradients)
{
    int2 chunk = chunks[blockIdx.x];
    const void* gradient = gradients.at[chunk.x];
    if (!gradient) return;
    float* tree = pool + 4;
    float* middles = tree + 2 * BLOCK;
    for (int i = threadIdx.x; i < 2 * BLOCK; i += blockDim.x)
    {
        tree[i] = trees[i];
        middles[i] = i % BLOCK < BLOCK - 1 ? (trees[i] + trees[i + 1]) * 0.5f : 0.0f;
    }

    // Waits for the whole block, for the trees too.
    Adam adam = betas.at(learning_rate, divisor, steps);
    Entry entry = entries[chunk.x];
    long long first = (long long)chunk.y * CHUNK, end = first + CHUNK < entry.count ? first + CHUNK : entry.count;
    bool is_float = !entry.half;
    bool whole = aligned(entry.master, 16) && aligned(entry.half, 16) && aligned(gradient, 16);
    for (long long block = first / BLOCK + threadIdx.x / 32; block * BLOCK < end; block += blockDim.x / 32)
    {
        long long at = block * BLOCK + threadIdx.x % 32 * 8;
        unsigned char* mean_codes = (unsigned char*)entry.mean + at;
        unsigned char* square_codes = (unsigned char*)entry.square + at;
        float m[8], s[8], w[8], g[8];
        load_bytes(mean_codes, entry.mean_largest[block], tree, m);
        load_bytes(square_codes, entry.square_largest[block], tree + BLOCK, s);
        if (whole && at + 8 <= end)
        {
            if (is_float)
            {
                load8((const float*)gradient + at, g);
            }
            else
            {
                load8((const bf16*)gradient + at, g);
            }

            load8(entry.master + at, w);
            for (int i = 0; i < 8; i++) w[i] = adam.step(m[i], s[i], w[i], g[i]);
            store8(entry.master + at, w);
            if (!is_float) store8(entry.half + at, w);
        }
        else
        {
            for (int i = 0; i < 8; i++)
            {
                if (at + i < end)
                {
                    float one = is_float ? ((const float*)gradient)[at + i] : widen(((const bf16*)gradient)[at + i]);
                    float weight = entry.master[at + i] = adam.step(m[i], s[i], entry.master[at + i], one);
                    if (!is_float) entry.half[at + i] = narrow(weight);
                }
                else
                {
                    m[i] = s[i] = 0.0f;
                }
            }
        }

        store_bytes<true>(m, mean_codes, entry.mean_largest + block, middles);
        store_bytes<false>(s, square_codes, entry.square_largest + block, middles + BLOCK);
    }
}

// The sum of the squares of each chunk's gradients; zero where there is none. Pool: 32.
extern "C" __global__ void __launch_bounds__(256) squares(
    const int2* __restrict__ chunks, const Entry* __restrict__ entries, float* __restrict__ partial, const Gradients gradients)
{
    int2 chunk = chunks[blockIdx.x];
    const void* gradient = gradients.at[chunk.x];
    float sum = 0.0f;
    if (gradient)
    {
        long long count = entries[chunk.x].count;
        bool is_float = !entries[chunk.x].half;
        long long first = (long long)chunk.y * CHUNK, end = first + CHUNK < count ? first + CHUNK : count;
        long long at = first + threadIdx.x * 4;
        if (aligned(gradient, is_float ? 16 : 8))
        {
#pragma unroll 4
            for (; at + 4 <= end; at += blockDim.x * 4)
            {
                float g[4];
                load4(gradient, at, is_float, g);
                for (int i = 0; i < 4; i++) sum += g[i] * g[i];
            }
        }

        for (; at < end; at += blockDim.x * 4)
        {
            for (long long i = at; i < at + 4 && i < end; i++)
            {
                float g = is_float ? ((const float*)gradient)[i] : widen(((const bf16*)gradient)[i]);
                sum += g * g;
            }
        }
    }

    sum = block_sum(sum);
    if (threadIdx.x == 0) partial[blockIdx.x] = sum;
}

// One block: divisor = max(1, root of the sum / limit); what is no number stays none. Pool: 32.
extern "C" __global__ void __launch_bounds__(1024) norm_divisor(const float* __restrict__ partial, int count, float limit, float* __restrict__ divisor)
{
    float sum = 0.0f;
    for (int i = threadIdx.x; i < count; i += blockDim.x) sum += partial[i];
    sum = block_sum(sum);
    if (threadIdx.x == 0)
    {
        float ratio = sqrtf(sum) / limit;
        *divisor = ratio <= 1.0f ? 1.0f : ratio;
    }
}
