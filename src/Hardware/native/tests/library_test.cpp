// Runs every kernel through the C interface on every back end, also under the sanitizers:
//   cmake -S . -B build -DFACTORY_TESTS=ON -DFACTORY_SANITIZE=address,undefined && cmake --build build && ctest --test-dir build
// Whether results are right is for the managed tests to say; here all back ends must agree.
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

#include "factory_gpu.h"
#include "more_kernels.h"

namespace {

struct Completion {
    std::mutex lock;
    std::condition_variable wake;
    bool done = false;
    int status = 0;
};

void require(int status, const char *what) {
    if (status != FACTORY_OK) {
        char text[512] = "";
        factory_device_error(nullptr, text, sizeof text);
        std::fprintf(stderr, "%s: %s %s\n", what, factory_status_name(status), text);
        std::exit(1);
    }
}

void complete(void *context, int status, double) {
    auto *completion = static_cast<Completion *>(context);
    const std::lock_guard hold(completion->lock);
    completion->done = true;
    completion->status = status;
    completion->wake.notify_one();
}

int run(factory_device *device, const char *kernel, unsigned grid_x, unsigned grid_y, unsigned block,
        const std::vector<std::uint64_t> &arguments) {
    const factory_launch launch{sizeof launch, grid_x, grid_y, block, kernel, arguments.data(),
                                static_cast<std::uint32_t>(arguments.size()), 0};
    Completion completion;
    require(factory_submit(device, &launch, 1, complete, &completion), "factory_submit");
    std::unique_lock hold(completion.lock);
    completion.wake.wait(hold, [&] { return completion.done; });
    return completion.status;
}

class Buffer {
public:
    Buffer(factory_device *device, const std::vector<float> &values) : count_(values.size()) {
        require(factory_buffer_create(device, count_ * sizeof(float), &handle_), "factory_buffer_create");
        require(factory_buffer_upload(handle_, 0, values.data(), count_ * sizeof(float)), "factory_buffer_upload");
    }
    ~Buffer() { factory_buffer_close(handle_); }
    Buffer(const Buffer &) = delete;
    Buffer &operator=(const Buffer &) = delete;

    std::uint64_t address() const {
        std::uint64_t address = 0;
        require(factory_buffer_address(handle_, &address), "factory_buffer_address");
        return address;
    }

    std::vector<float> read() const {
        std::vector<float> values(count_);
        require(factory_buffer_download(handle_, 0, values.data(), count_ * sizeof(float)), "factory_buffer_download");
        return values;
    }

private:
    std::size_t count_;
    factory_buffer *handle_ = nullptr;
};

std::vector<float> ramp(std::size_t count) {
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; i++) {
        values[i] = static_cast<float>(static_cast<int>(i * 37 % 101) - 50) / 64.0f;
    }
    return values;
}

// A launch over buffers of so many words, whose addresses come before the other arguments.
struct Case {
    const char *kernel;
    unsigned grid_x, grid_y, block;
    std::vector<std::size_t> words;
    std::vector<std::uint64_t> more;
};

std::uint64_t bits(float value) {
    std::uint32_t result;
    std::memcpy(&result, &value, sizeof result);
    return result;
}

// Every kernel once, with sizes that divide nothing. Tokens and targets are whatever the ramp's bits say: most are
// outside the vocabulary, which has to be harmless too.
const std::vector<Case> &cases() {
    static const std::vector<std::uint64_t> product = {67, 70, 35, 67 * 35, 35 * 70, 67 * 70};
    static const std::vector<std::uint64_t> attention = {50, 40, 2, bits(0.15f)};
    static const std::vector<std::size_t> queries = {8000, 4000, 4000};
    const auto with = [](std::vector<std::size_t> first, std::initializer_list<std::size_t> rest) {
        first.insert(first.end(), rest);
        return first;
    };
    static const std::vector<Case> all = {
        {"factory_sgemm", 4, 2, 256, {4690, 4900, 9380}, product},
        {"factory_sgemm_nt", 4, 2, 256, {4690, 4900, 9380}, product},
        {"factory_sgemm_tn", 4, 2, 256, {4690, 4900, 9380}, product},
        {"factory_bf16_gemm", 4, 2, 256, {2345, 2450, 9380}, product},
        {"factory_bf16_gemm_nt", 4, 2, 256, {2345, 2450, 9380}, product},
        {"factory_bf16_gemm_tn", 4, 2, 256, {2345, 2450, 9380}, product},
        {"factory_copy", 2, 1, 256, {20001, 20001}, {20001}},
        {"factory_scale", 2, 1, 256, {20001, 20001}, {bits(0.7f), 20001}},
        {"factory_add", 2, 1, 256, {20001, 20001, 20001}, {20001}},
        {"factory_multiply", 2, 1, 256, {20001, 20001, 20001}, {20001}},
        {"factory_triad", 2, 1, 256, {20001, 20001, 20001}, {bits(0.7f), 20001}},
        {"factory_axpy", 2, 1, 256, {20001, 20001}, {bits(0.7f), 20001}},
        {"factory_square_root", 1, 1, 256, {101}, {0}},
        {"factory_bfloat16", 2, 1, 256, {10001, 20001}, {20001}},
        {"factory_gelu", 1, 1, 256, {333, 333}, {333}},
        {"factory_silu", 1, 1, 256, {333, 333}, {333}},
        {"factory_gelu_backward", 1, 1, 256, {333, 333, 333}, {333}},
        {"factory_silu_backward", 1, 1, 256, {333, 333, 333}, {333}},
        {"factory_reduction", 2, 1, 256, {20001, 2}, {20001}},
        {"factory_dot", 2, 1, 256, {20001, 20001, 2}, {20001}},
        {"factory_largest", 2, 1, 256, {20001, 2}, {20001}},
        {"factory_place_of_largest", 2, 1, 256, {20001, 20001, 2, 2}, {20001}},
        {"factory_softmax", 3, 1, 128, {900, 900}, {300}},
        {"factory_softmax_backward", 3, 1, 128, {900, 900, 900}, {300}},
        {"factory_cross_entropy", 3, 1, 128, {900, 3, 3}, {300}},
        {"factory_cross_entropy_backward", 3, 1, 128, {900, 3, 900}, {300, bits(0.25f)}},
        {"factory_layer_norm", 3, 1, 128, {900, 300, 300, 900}, {300, bits(1e-5f)}},
        {"factory_rms_norm", 3, 1, 128, {900, 300, 900}, {300, bits(1e-5f)}},
        {"factory_layer_norm_backward", 3, 1, 128, {900, 300, 900, 900, 6}, {300, bits(1e-5f)}},
        {"factory_rms_norm_backward", 3, 1, 128, {900, 300, 900, 900, 6}, {300, bits(1e-5f)}},
        {"factory_norm_gradient_parts", 2, 2, 128, {39000, 39000, 600, 260, 260}, {300, 130}},
        {"factory_column_sums", 2, 1, 128, {39000, 130}, {300, 130}},
        {"factory_embedding", 5, 1, 128, {700, 5, 500}, {100, 7}},
        {"factory_embedding_backward", 5, 1, 128, {500, 5, 700}, {5, 100, 7}},
        {"factory_adamw", 1, 1, 256, {101, 101, 101, 101},
         {bits(1e-3f), bits(0.9f), bits(0.999f), bits(1e-8f), bits(0.01f), bits(0.1f), bits(0.001f), 0}},
        {"factory_decode_attention", 4, 1, 128, {160, 4000, 4000, 200, 160}, attention},
        {"factory_prefill_attention", 16, 1, 128, with(queries, {8000, 400}), attention},
        {"factory_row_dot", 200, 1, 128, {8000, 8000, 200}, {40}},
        {"factory_attention_query_gradient", 200, 1, 128, with(queries, {8000, 400, 200, 8000}), attention},
        {"factory_attention_cache_gradient", 100, 1, 128, with(queries, {8000, 400, 200, 4000, 4000}), attention},
        {"factory_pattern_write", 2, 1, 256, {20001}, {20001, 1, 5, 0, 9}},
        {"factory_pattern_invert", 2, 1, 256, {20001}, {20001}},
        {"factory_pattern_check", 2, 1, 256, {20001, 8}, {20001, 4, 0, 0xffffffff, 9}},
        {"factory_compare", 2, 1, 256, {20001, 20001, 8}, {20001}},
        {"factory_record", 1, 1, 32, {20001, 20001, 8}, {}},
    };
    return all;
}

void run_case(factory_device *device, const Case &given, std::vector<float> &all) {
    std::vector<std::unique_ptr<Buffer>> buffers;
    std::vector<std::uint64_t> arguments;
    for (const std::size_t words : given.words) {
        // A record's buffer begins as zeros: what a check found, which is nothing.
        buffers.push_back(std::make_unique<Buffer>(device, words == 8 ? std::vector<float>(words) : ramp(words)));
        arguments.push_back(buffers.back()->address());
    }
    arguments.insert(arguments.end(), given.more.begin(), given.more.end());
    require(run(device, given.kernel, given.grid_x, given.grid_y, given.block, arguments), given.kernel);
    for (const auto &buffer : buffers) {
        const std::vector<float> values = buffer->read();
        all.insert(all.end(), values.begin(), values.end());
    }
}

void expect(int status, int expected, const char *what) {
    if (status != expected) {
        std::fprintf(stderr, "%s: %s\n", what, factory_status_name(status));
        std::exit(1);
    }
}

// More kernels beside our own, under a name.
void load_more(factory_device *device) {
    require(factory_device_load(device, "more", more_kernels), "factory_device_load");
    expect(factory_device_load(device, "more", more_kernels), FACTORY_BAD_PARAMETER, "one name for two modules");
    expect(factory_device_load(device, "bad", ".version 7.0 .entry k ( ) { nonsense; }"), 218, "PTX that does not compile");
    Buffer words(device, std::vector<float>(64));
    require(run(device, "more/fill", 1, 1, 64, {words.address(), 0x3f800000}), "more/fill");
    expect(words.read() == std::vector<float>(64, 1.0f) ? 0 : 1, 0, "what more/fill wrote");
    expect(run(device, "more/fill", 1, 1, 64, {words.address()}), FACTORY_BAD_PARAMETER, "an argument too few");
    expect(run(device, "fill", 1, 1, 64, {words.address(), 1}), 500, "a kernel of another module");
    expect(run(device, "less/fill", 1, 1, 64, {words.address(), 1}), FACTORY_NO_KERNEL, "a module that is not loaded");
}

std::vector<float> results(std::uint32_t backend, const char *driver, const std::string &ptx) {
    const factory_device_options options{sizeof options, backend, 0, 2, driver, ptx.c_str(), nullptr};
    factory_device *device = nullptr;
    require(factory_device_open(&options, &device), "factory_device_open");
    std::vector<float> all;
    for (const Case &given : cases()) {
        run_case(device, given, all);
    }
    {
        const Buffer words(device, std::vector<float>(64));
        if (backend != FACTORY_BACKEND_CUDA && // where it would poison the device for what follows
            run(device, "factory_uneven_barrier", 1, 1, 64, {words.address(), 1}) != FACTORY_DIVERGENT_BARRIER) {
            std::fprintf(stderr, "a divergent barrier went unnoticed\n");
            std::exit(1);
        }
        if (run(device, "no_such_kernel", 1, 1, 1, {}) == FACTORY_OK ||
            run(device, "factory_wild_write", 1, 1, 1, {}) != FACTORY_BAD_PARAMETER) {
            std::fprintf(stderr, "a launch that makes no sense was run\n");
            std::exit(1);
        }
    }
    if (backend == FACTORY_BACKEND_CUDA) {
        load_more(device);
    } else {
        expect(factory_device_load(device, "more", more_kernels), FACTORY_NOT_SUPPORTED, "PTX on the processor");
    }
    require(factory_device_close(device), "factory_device_close");
    return all;
}

} // namespace

int main(int count, char **arguments) {
    if (count != 3) {
        std::fprintf(stderr, "usage: library_test <CUDA driver double> <PTX>\n");
        return 2;
    }
    std::ifstream file(arguments[2]);
    std::stringstream ptx;
    ptx << file.rdbuf();
    const auto expected = results(FACTORY_BACKEND_CPU_FIBRES, nullptr, "");
    for (const auto &other : {results(FACTORY_BACKEND_CPU, nullptr, ""), results(FACTORY_BACKEND_CUDA, arguments[1], ptx.str())}) {
        if (std::memcmp(expected.data(), other.data(), expected.size() * sizeof(float)) != 0) {
            std::fprintf(stderr, "the back ends disagree\n");
            return 1;
        }
    }
    return 0;
}
