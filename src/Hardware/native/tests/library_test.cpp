// Drives the C interface on every back end, for a run under the sanitizers:
//   cmake -S . -B build -DFACTORY_TESTS=ON -DFACTORY_SANITIZE=address,undefined && cmake --build build && ctest --test-dir build
// Whether results are right is for the managed tests to say; here all back ends must agree.
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

#include "factory_gpu.h"

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

std::vector<float> results(std::uint32_t backend, const char *driver, const std::string &ptx) {
    const factory_device_options options{sizeof options, backend, 0, 2, driver, ptx.c_str(), nullptr};
    factory_device *device = nullptr;
    require(factory_device_open(&options, &device), "factory_device_open");
    std::vector<float> all;
    {
        constexpr unsigned m = 67, n = 70, k = 35;
        const Buffer a(device, ramp(m * k)), b(device, ramp(k * n)), c(device, std::vector<float>(m * n));
        require(run(device, "factory_sgemm", 2, 2, 256, {a.address(), b.address(), c.address(), m, n, k, 0, 0, 0}), "factory_sgemm");
        all = c.read();
        const Buffer rows(device, ramp(3 * 300)), soft(device, std::vector<float>(3 * 300));
        require(run(device, "factory_softmax", 3, 1, 128, {rows.address(), soft.address(), 300}), "factory_softmax");
        const std::vector<float> softmax = soft.read();
        all.insert(all.end(), softmax.begin(), softmax.end());
        const Buffer words(device, std::vector<float>(64));
        if (backend != FACTORY_BACKEND_CUDA && // where it would poison the device for what follows
            run(device, "factory_uneven_barrier", 1, 1, 64, {words.address(), 1}) != FACTORY_DIVERGENT_BARRIER) {
            std::fprintf(stderr, "a divergent barrier went unnoticed\n");
            std::exit(1);
        }
        if (run(device, "no_such_kernel", 1, 1, 1, {}) == FACTORY_OK) {
            std::exit(1);
        }
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
