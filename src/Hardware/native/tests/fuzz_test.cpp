// Calls the C interface with random handles, sizes, pointers and orders from several threads at once:
//   FACTORY_NCCL_LIBRARY=<NCCL double> fuzz_test <CUDA driver double> <PTX> [seed] [calls]
// Whatever comes, every call returns, no memory is misused (the sanitizers watch), every accepted submission
// completes exactly once, and sound work comes out right beside it. What is not invented: host memory that a
// copy may touch, and addresses for kernels, which the CPU devices follow.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <mutex>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "factory_gpu.h"
#include "more_kernels.h"

namespace {

constexpr unsigned workers = 4;

struct World {
    const char *driver;
    const char *nccl;
    std::string ptx;
    std::mutex lock;
    std::vector<factory_device *> devices; // some of them closed
    std::vector<factory_buffer *> buffers;
    std::vector<factory_communicator *> communicators;
    std::atomic<long> accepted{0}, completed{0}, refused{0}, done{0}, worked{0};
    std::map<int, long> statuses;
};

World world;

void completed(void *context, int, double) {
    world.completed++;
    if (context != nullptr) { // Closing one's own device is refused; anything else may be called.
        const int status = factory_device_close(static_cast<factory_device *>(context));
        if (status == FACTORY_OK) {
            std::fprintf(stderr, "a device was closed from its own completion\n");
            std::abort();
        }
    }
}

// Work that was sound fails only with its device.
void worked(void *, int status, double) {
    world.completed++;
    if (status == FACTORY_OK) {
        world.worked++;
    } else if (status != FACTORY_STOPPED) {
        std::fprintf(stderr, "sound work ended with %s\n", factory_status_name(status));
        std::abort();
    }
}

class Caller {
public:
    explicit Caller(std::uint64_t seed) : random_(seed), memory_(4096) {}

    void call() {
        switch (below(14)) {
        case 0: return count(below(4) == 0 || world.done < 4 ? open() : work());
        case 1: return count(close());
        case 2: return count(describe());
        case 3: return count(create());
        case 4: return count(factory_buffer_close(buffer()));
        case 5: return count(copy(&factory_buffer_download));
        case 6: return count(copy(&factory_buffer_upload));
        case 7: return count(address());
        case 8: return count(error());
        case 9: return count(count_devices());
        case 10: return count(communicate());
        default: return count(submit());
        }
    }

private:
    std::uint64_t below(std::uint64_t limit) { return std::uniform_int_distribution<std::uint64_t>(0, limit - 1)(random_); }
    bool rarely() { return below(16) == 0; }

    void count(int status) {
        status == FACTORY_OK ? world.done++ : world.refused++;
        const std::lock_guard hold(world.lock);
        world.statuses[status]++;
        if (factory_status_name(status) == nullptr || status == FACTORY_INTERNAL) {
            std::fprintf(stderr, "status %d has no place here\n", status);
            std::abort();
        }
    }

    // One that was given out once, or none, or nonsense.
    template <typename Handle> Handle *one_of(const std::vector<Handle *> &given) {
        const std::lock_guard hold(world.lock);
        if (given.empty() || rarely()) {
            return reinterpret_cast<Handle *>(rarely() ? 0 : random_());
        }
        return given[below(given.size())];
    }

    // Handles of the wrong kind, too.
    factory_device *device() {
        return rarely() ? reinterpret_cast<factory_device *>(one_of(world.buffers)) : one_of(world.devices);
    }
    factory_buffer *buffer() {
        return rarely() ? reinterpret_cast<factory_buffer *>(one_of(world.devices)) : one_of(world.buffers);
    }

    // Near the edges more often than not.
    std::uint64_t size() {
        constexpr std::uint64_t edges[] = {0, 1, 3, 4, 64, 4095, 4096, 4097, 1ull << 31, 1ull << 47, ~0ull - 4095, ~0ull};
        return below(2) == 0 ? edges[below(sizeof edges / sizeof *edges)] : below(4097);
    }

    int open() {
        factory_device_options options{sizeof options, static_cast<std::uint32_t>(1 + below(3)), 0, static_cast<std::uint32_t>(1 + below(2)),
                                       world.driver, world.ptx.c_str(), "no-such-nvml.so"};
        if (rarely()) {
            options.size = static_cast<std::uint32_t>(size());
        }
        if (rarely()) {
            options.backend = static_cast<std::uint32_t>(below(9));
            options.index = static_cast<std::uint32_t>(size());
            options.threads = 1025 + static_cast<std::uint32_t>(below(1000));
        }
        if (rarely()) {
            options.ptx = below(2) == 0 ? nullptr : ".entry nonsense";
        }
        options.driver_library = rarely() ? "no-such-driver.so" : options.driver_library;
        factory_device *opened = nullptr;
        const int status = factory_device_open(rarely() ? nullptr : &options, rarely() ? nullptr : &opened);
        if (status == FACTORY_OK) {
            const std::lock_guard hold(world.lock);
            world.devices.push_back(opened);
        }
        return status;
    }

    // Seldom, or nothing would live long enough for anything else.
    int close() { return below(4) == 0 ? factory_device_close(device()) : FACTORY_OK; }

    // Real work whose buffer is closed at once: the memory must outlive it.
    int work() {
        constexpr std::uint64_t words = 40000;
        factory_device *target = device();
        factory_buffer *own = nullptr;
        std::uint64_t place = 0;
        int status = factory_buffer_create(target, words * 4, &own);
        if (status != FACTORY_OK) {
            return status;
        }
        factory_buffer_address(own, &place);
        const std::uint64_t arguments[6] = {place, words, below(5), below(32), 0, random_()};
        const factory_launch launch{sizeof launch, 3, 1, 256, "factory_pattern_write", arguments, 6, 0};
        const factory_launch launches[2] = {launch, launch};
        world.accepted++;
        status = factory_submit(target, launches, 2, &worked, nullptr);
        world.accepted -= status == FACTORY_OK ? 0 : 1;
        const int closed = factory_buffer_close(own);
        return status == FACTORY_OK ? closed : status;
    }

    // Sound under one name, damaged under others, which the driver refuses or takes.
    int load() {
        std::string text = more_kernels;
        if (below(4) == 0) {
            return factory_device_load(device(), rarely() ? nullptr : rarely() ? "a/b" : "more", text.c_str());
        }
        for (std::uint64_t damage = 1 + below(4); damage > 0; damage--) {
            const std::uint64_t at = below(text.size());
            switch (below(3)) {
            case 0: text.erase(at, 1 + below(30)); break;
            case 1: text.insert(at, text.substr(below(text.size()), below(40))); break;
            default: text[at] = static_cast<char>(1 + below(255)); break;
            }
        }
        return factory_device_load(device(), std::to_string(random_()).c_str(), text.c_str());
    }

    int describe() {
        if (below(4) == 0) {
            return load();
        }
        std::int64_t xid = 0;
        if (below(4) == 0) {
            const auto milliseconds = static_cast<std::uint32_t>(rarely() ? 10001 + below(1000) : below(3));
            return factory_device_fault(device(), milliseconds, rarely() ? nullptr : &xid);
        }
        if (below(4) == 0) {
            return factory_device_limit(device(), rarely() ? -1.0 : static_cast<double>(below(2000)));
        }
        factory_device_info info{};
        info.size = rarely() ? static_cast<std::uint32_t>(size()) : sizeof info;
        factory_readings readings{};
        readings.size = sizeof readings;
        const int status = factory_device_read(device(), rarely() ? nullptr : &readings);
        return below(2) == 0 ? status : factory_device_describe(device(), rarely() ? nullptr : &info);
    }

    int create() {
        factory_buffer *created = nullptr;
        const int status = factory_buffer_create(device(), size(), rarely() ? nullptr : &created);
        if (status == FACTORY_OK) {
            const std::lock_guard hold(world.lock);
            world.buffers.push_back(created);
        }
        return status;
    }

    // Never more than the memory that stands behind the pointer.
    template <typename Copy> int copy(Copy operation) {
        const std::uint64_t bytes = below(memory_.size() + 1);
        return operation(buffer(), size(), rarely() ? nullptr : memory_.data(), bytes);
    }

    int address() {
        std::uint64_t address = 0;
        return factory_buffer_address(buffer(), rarely() ? nullptr : &address);
    }

    int error() {
        char text[64];
        return factory_device_error(device(), rarely() ? nullptr : text, static_cast<std::uint32_t>(below(sizeof text + 1)));
    }

    factory_communicator *communicator() {
        return rarely() ? reinterpret_cast<factory_communicator *>(one_of(world.devices)) : one_of(world.communicators);
    }

    // Mostly of one rank, which then really works; a second one never comes, and the time limit ends the waiting.
    int communicate() {
        switch (below(8)) {
        case 0: return below(3) == 0 ? factory_communicator_close(communicator()) : FACTORY_OK;
        case 1: return below(3) == 0 ? factory_communicator_abort(communicator()) : FACTORY_OK;
        case 2: return join();
        case 3: break;
        default: return converse();
        }
        double seconds = 0;
        factory_collective collective{sizeof collective, static_cast<std::uint32_t>(below(3)), buffer(), buffer(), rarely() ? size() : 1 + below(64),
                                      static_cast<std::uint32_t>(rarely() ? 0 : 1 + below(5)), 0};
        if (rarely()) {
            collective.operation = static_cast<std::uint32_t>(size());
            collective.size = static_cast<std::uint32_t>(size());
        }
        return factory_communicator_run(communicator(), rarely() ? nullptr : &collective, rarely() ? nullptr : &seconds);
    }

    // Sound, on a device that may be of any kind: two buffers of its own, and their sum over one rank, or over two of which
    // one does not come.
    int converse() {
        factory_device *target = device();
        factory_communicator_options options{sizeof options, 0, below(4) == 0 ? 2u : 1u, 20, world.nccl, {}};
        factory_communicator *own = nullptr;
        int status = factory_nccl_unique_id(world.nccl, options.unique_id, sizeof options.unique_id);
        status = status == FACTORY_OK ? factory_communicator_create(target, &options, &own) : status;
        if (status != FACTORY_OK) {
            return status;
        }
        factory_collective collective{sizeof collective, FACTORY_ALL_REDUCE, nullptr, nullptr, 64, 3, 0};
        double seconds = 0;
        factory_buffer_create(target, 256, &collective.input);
        factory_buffer_create(target, 256, &collective.output);
        status = factory_communicator_run(own, &collective, &seconds);
        world.worked += status == FACTORY_OK ? 1 : 0;
        const int closed = factory_communicator_close(own);
        factory_buffer_close(collective.input);
        factory_buffer_close(collective.output);
        return status == FACTORY_OK ? closed : status;
    }

    int join() {
        factory_communicator_options options{sizeof options, 0, rarely() ? 2u : 1u, 20, world.nccl, {}};
        const int status = factory_nccl_unique_id(rarely() ? "no-such-nccl.so" : world.nccl, rarely() ? nullptr : options.unique_id,
                                                  rarely() ? static_cast<std::uint32_t>(size()) : sizeof options.unique_id);
        if (rarely()) {
            options.size = static_cast<std::uint32_t>(size());
            options.rank = static_cast<std::uint32_t>(size());
            options.timeout_milliseconds = static_cast<std::uint32_t>(below(2) * 4'000'000);
        }
        factory_communicator *created = nullptr;
        const int joined = factory_communicator_create(device(), rarely() ? nullptr : &options, rarely() ? nullptr : &created);
        if (joined == FACTORY_OK) {
            const std::lock_guard hold(world.lock);
            world.communicators.push_back(created);
        }
        return status == FACTORY_OK ? joined : status;
    }

    int count_devices() {
        std::uint32_t count = 0;
        return factory_device_count(static_cast<std::uint32_t>(below(5)), world.driver, rarely() ? nullptr : &count);
    }

    // A wrong number of arguments is refused before any of them is looked at.
    int submit() {
        std::uint64_t arguments[4] = {random_(), random_(), random_(), random_()};
        factory_launch launches[3] = {};
        const auto number = static_cast<std::uint32_t>(1 + below(3));
        for (std::uint32_t i = 0; i < number; i++) {
            constexpr const char *names[] = {"factory_triad", "factory_sgemm", "no_such_kernel", "", "factory_record"};
            launches[i] = {sizeof(factory_launch), static_cast<std::uint32_t>(1 + below(3)), 1, static_cast<std::uint32_t>(1 + below(300)),
                           names[below(5)], arguments, static_cast<std::uint32_t>(below(3)), 0};
            if (rarely()) {
                launches[i].grid_x = static_cast<std::uint32_t>(size());
                launches[i].grid_y = static_cast<std::uint32_t>(size());
                launches[i].block_x = static_cast<std::uint32_t>(size());
            }
            if (rarely()) {
                launches[i].size = 0;
            }
            if (rarely()) {
                launches[i].kernel = nullptr;
                launches[i].arguments = nullptr;
            }
            if (rarely()) {
                launches[i].argument_count = 300;
            }
        }
        factory_device *target = device();
        void *context = rarely() ? target : nullptr;
        world.accepted++;
        const int status = factory_submit(target, rarely() ? nullptr : launches, number, rarely() ? nullptr : &completed, context);
        world.accepted -= status == FACTORY_OK ? 0 : 1;
        return status;
    }

    std::mt19937_64 random_;
    std::vector<unsigned char> memory_;
};

void fail(const char *what) {
    std::fprintf(stderr, "%s\n", what);
    std::exit(1);
}

// Everything closes, in the one order that is allowed, and nothing is left over.
void close_all() {
    for (factory_communicator *communicator : world.communicators) {
        factory_communicator_close(communicator);
    }
    for (factory_buffer *buffer : world.buffers) {
        factory_buffer_close(buffer);
    }
    for (factory_device *device : world.devices) {
        factory_device_close(device);
        if (factory_device_close(device) != FACTORY_BAD_HANDLE) {
            fail("a device could not be closed, or twice");
        }
    }
    if (world.accepted != world.completed) {
        fail("a submission did not complete, or more than once");
    }
}

} // namespace

int main(int count, char **arguments) {
    if (count < 3) {
        fail("usage: fuzz_test <CUDA driver double> <PTX> [seed] [calls]");
    }
    std::ifstream file(arguments[2]);
    std::stringstream ptx;
    ptx << file.rdbuf();
    world.driver = arguments[1];
    world.nccl = std::getenv("FACTORY_NCCL_LIBRARY");
    world.ptx = ptx.str();
    const std::uint64_t seed = count > 3 ? std::strtoull(arguments[3], nullptr, 10)
                                         : static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
    const long calls = count > 4 ? std::strtol(arguments[4], nullptr, 10) : 1000;
    std::fprintf(stderr, "seed %llu\n", static_cast<unsigned long long>(seed));
    std::vector<std::thread> threads;
    for (unsigned worker = 0; worker < workers; worker++) {
        threads.emplace_back([=] {
            Caller caller(seed + worker);
            for (long i = 0; i < calls; i++) {
                caller.call();
            }
        });
    }
    for (std::thread &thread : threads) {
        thread.join();
    }
    close_all();
    for (const auto &[status, times] : world.statuses) {
        std::printf("%8ld %s\n", times, factory_status_name(status));
    }
    std::printf("%8ld pieces of real work done\n", world.worked.load());
    if (world.worked == 0 || world.refused == 0) {
        fail("nothing was done, or nothing refused: the calls are not what they should be");
    }
    return 0;
}
