// The tutorial's network, 2-3-1 on XOR by plain descent in f32, written for one card by hand in CUDA: what the fused form
// could reach there. One thread trains one network, its weights in registers, and retires once it has solved the task.
//
//   nvcc -O3 -arch=native -o tutorial benches/peers/tutorial.cu && ./tutorial [NETWORKS [EPOCHS]]
//
// Each line: whether powers and reciprocals are shared as the fused form shares them, net-epochs/s (the best of five, the
// epochs of networks that retired not counted), and how many networks solved the task.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include <cuda_runtime.h>

constexpr int WEIGHTS = 13;
constexpr float RATE = 0.1f / 4;
constexpr float MINUS_LOG2_E = -1.44269504f;
constexpr float LARGEST_OF_PAIR = 62.0f;

__device__ __forceinline__ float exp2_of(float x) {
    float y;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

__device__ __forceinline__ float reciprocal(float x) {
    float y;
    asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

// The sigmoids of four examples from 1 + e^-z.
template <bool RECIPROCALS>
__device__ __forceinline__ void sigmoids(const float (&below)[4], float (&h)[4]) {
    for (int i = 0; i < 4; i += 2) {
        if (RECIPROCALS) {
            float both = reciprocal(below[i] * below[i + 1]);
            h[i] = both * below[i + 1];
            h[i + 1] = both * below[i];
        } else {
            h[i] = reciprocal(below[i]);
            h[i + 1] = reciprocal(below[i + 1]);
        }
    }
}

// Weights of all networks, row by row: 2 x 3 of the inputs, 3 biases, 3 of the hidden units, a bias. No network may leave
// the range in which powers can be multiplied: there is no second way, as the fused form has one.
template <bool POWERS, bool RECIPROCALS>
__global__ void train(float *state, int count, int epochs, unsigned long long *net_epochs, int *solved_count) {
    int id = blockIdx.x * blockDim.x + threadIdx.x;
    if (id >= count) return;
    float w[WEIGHTS];
    for (int k = 0; k < WEIGHTS; k++) w[k] = state[k * count + id];
    const float target[4] = {0, 1, 1, 0};
    bool solved = false, lost = false;
    int epoch = 0;
    while (epoch < epochs && !solved && !lost) {
        ++epoch;
        float h[3][4], out[4], below[4], delta[4], largest = 0;
        for (int unit = 0; unit < 3; unit++) {
            if (POWERS) {
                float p0 = exp2_of(MINUS_LOG2_E * w[unit]), p1 = exp2_of(MINUS_LOG2_E * w[3 + unit]);
                float bias = exp2_of(MINUS_LOG2_E * w[6 + unit]), first = bias * p0;
                below[0] = 1 + bias, below[1] = 1 + bias * p1, below[2] = 1 + first, below[3] = 1 + first * p1;
            } else {
                float first = w[6 + unit] + w[unit];
                float z[4] = {w[6 + unit], w[6 + unit] + w[3 + unit], first, first + w[3 + unit]};
                for (int i = 0; i < 4; i++) below[i] = 1 + exp2_of(fminf(MINUS_LOG2_E * z[i], LARGEST_OF_PAIR));
            }
            sigmoids<RECIPROCALS>(below, h[unit]);
        }
        for (int i = 0; i < 4; i++) {
            float z = fmaf(h[2][i], w[11], fmaf(h[1][i], w[10], fmaf(h[0][i], w[9], w[12])));
            below[i] = 1 + exp2_of(fminf(MINUS_LOG2_E * z, LARGEST_OF_PAIR));
        }
        sigmoids<RECIPROCALS>(below, out);
        for (int i = 0; i < 4; i++) {
            delta[i] = out[i] - target[i];
            largest = fmaxf(largest, fabsf(delta[i]));
        }
        solved = largest <= 0.1f;
        if (solved || epoch % 16 == 0) {
            float weight = 0;
            for (int k = 0; k < WEIGHTS; k++) weight = fmaxf(weight, fabsf(w[k]));
            lost = !(weight < 1e6f);
        }
        if (solved || lost) continue;
        for (int unit = 0; unit < 3; unit++) {
            float d[4], of_weight = 0;
            for (int i = 0; i < 4; i++) {
                float product = h[unit][i] * delta[i];
                of_weight += product;
                d[i] = fmaf(-product, h[unit][i], product);
            }
            float step = -RATE * w[9 + unit], first = d[2] + d[3];
            w[unit] = fmaf(step, first, w[unit]);
            w[3 + unit] = fmaf(step, d[1] + d[3], w[3 + unit]);
            w[6 + unit] = fmaf(step, first + (d[0] + d[1]), w[6 + unit]);
            w[9 + unit] = fmaf(-RATE, of_weight, w[9 + unit]);
        }
        w[12] = fmaf(-RATE, (delta[0] + delta[1]) + (delta[2] + delta[3]), w[12]);
    }
    for (int k = 0; k < WEIGHTS; k++) state[k * count + id] = w[k];
    atomicAdd(net_epochs, (unsigned long long)epoch);
    if (solved && !lost) atomicAdd(solved_count, 1);
}

static void checked(cudaError_t error) {
    if (error == cudaSuccess) return;
    std::fprintf(stderr, "%s\n", cudaGetErrorString(error));
    std::exit(1);
}

template <bool POWERS, bool RECIPROCALS>
static void measure(const std::vector<float> &starts, int count, int epochs, int block) {
    float *state;
    unsigned long long *net_epochs, done = 0;
    int *solved_count, solved = 0;
    size_t bytes = starts.size() * sizeof(float);
    cudaEvent_t begin, end;
    checked(cudaMalloc(&state, bytes));
    checked(cudaMalloc(&net_epochs, sizeof done));
    checked(cudaMalloc(&solved_count, sizeof solved));
    checked(cudaEventCreate(&begin));
    checked(cudaEventCreate(&end));
    float best = INFINITY;
    for (int round = 0; round < 5; round++) {
        checked(cudaMemcpy(state, starts.data(), bytes, cudaMemcpyHostToDevice));
        checked(cudaMemset(net_epochs, 0, sizeof done));
        checked(cudaMemset(solved_count, 0, sizeof solved));
        checked(cudaEventRecord(begin));
        train<POWERS, RECIPROCALS><<<(count + block - 1) / block, block>>>(state, count, epochs, net_epochs, solved_count);
        checked(cudaEventRecord(end));
        checked(cudaEventSynchronize(end));
        float milliseconds;
        checked(cudaEventElapsedTime(&milliseconds, begin, end));
        best = fminf(best, milliseconds);
    }
    checked(cudaMemcpy(&done, net_epochs, sizeof done, cudaMemcpyDeviceToHost));
    checked(cudaMemcpy(&solved, solved_count, sizeof solved, cudaMemcpyDeviceToHost));
    std::printf("powers %s reciprocals %s, blocks of %3d: %.3e net-epochs/s, %d of %d solved\n", POWERS ? "yes" : "no ",
                RECIPROCALS ? "yes" : "no ", block, done / (best * 1e-3), solved, count);
    checked(cudaFree(state));
    checked(cudaFree(net_epochs));
    checked(cudaFree(solved_count));
}

int main(int argument_count, char **arguments) {
    int count = argument_count > 1 ? std::atoi(arguments[1]) : 1 << 20;
    int epochs = argument_count > 2 ? std::atoi(arguments[2]) : 2000;
    std::vector<float> starts(WEIGHTS * (size_t)count);
    std::mt19937_64 random(1);
    std::normal_distribution<float> normal;
    for (float &weight : starts) weight = normal(random);
    for (int block : {64, 256}) {
        measure<false, false>(starts, count, epochs, block);
        measure<true, false>(starts, count, epochs, block);
        measure<false, true>(starts, count, epochs, block);
        measure<true, true>(starts, count, epochs, block);
    }
}
