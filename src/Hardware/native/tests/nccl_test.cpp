// Collectives through the C interface between devices of the driver double, by the NCCL double, a thread a rank:
//   FACTORY_NCCL_LIBRARY=<NCCL double> nccl_test <CUDA driver double> <PTX>
// Results against a plain reference, and every way in which ranks fail: all end in time, and say why.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <future>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "factory_gpu.h"

namespace {

const char *driver, *nccl;
std::string ptx;

void require(bool holds, const std::string &what) {
    if (!holds) {
        std::fprintf(stderr, "%s\n", what.c_str());
        std::exit(1);
    }
}

void expect(int status, int expected, const char *what, factory_device *device = nullptr) {
    char text[512] = "";
    factory_device_error(device, text, sizeof text);
    require(status == expected, std::string(what) + ": " + factory_status_name(status) + ", not " + factory_status_name(expected) + ": " + text);
}

float value(unsigned rank, std::uint64_t index) { return static_cast<float>((rank * 7919 + index * 104729) % 1009) / 512.0f - 1.0f; }

// One rank: a device with two buffers, and its communicator.
struct Rank {
    factory_device *device = nullptr;
    factory_buffer *input = nullptr, *output = nullptr;
    factory_communicator *communicator = nullptr;
    std::uint64_t floats;

    Rank(unsigned rank, unsigned ranks, const std::uint8_t *id, std::uint64_t count, std::uint32_t milliseconds = 20000) : floats(count) {
        const factory_device_options options{sizeof options, FACTORY_BACKEND_CUDA, rank, 1, driver, ptx.c_str(), "no-such-nvml.so"};
        expect(factory_device_open(&options, &device), FACTORY_OK, "factory_device_open");
        for (factory_buffer **buffer : {&input, &output}) {
            expect(factory_buffer_create(device, floats * sizeof(float), buffer), FACTORY_OK, "factory_buffer_create", device);
        }
        std::vector<float> values(floats);
        for (std::uint64_t i = 0; i < floats; i++) {
            values[i] = value(rank, i);
        }
        expect(factory_buffer_upload(input, 0, values.data(), floats * sizeof(float)), FACTORY_OK, "factory_buffer_upload", device);
        factory_communicator_options joining{sizeof joining, rank, ranks, milliseconds, nccl, {}};
        std::memcpy(joining.unique_id, id, sizeof joining.unique_id);
        created = factory_communicator_create(device, &joining, &communicator);
    }

    ~Rank() {
        if (communicator != nullptr) {
            expect(factory_device_close(device), FACTORY_BAD_PARAMETER, "closing a device with an open communicator", device);
            expect(factory_communicator_close(communicator), FACTORY_OK, "factory_communicator_close");
        }
        factory_buffer_close(input);
        factory_buffer_close(output);
        expect(factory_device_close(device), FACTORY_OK, "factory_device_close", device);
    }

    int run(std::uint32_t operation, std::uint32_t repetitions = 1) {
        const factory_collective collective{sizeof collective, operation, input, output, floats, repetitions, 0};
        const int status = factory_communicator_run(communicator, &collective, &seconds);
        require(status != FACTORY_OK || seconds >= 0, "a collective took less than no time");
        return status;
    }

    int created = FACTORY_OK;
    double seconds = -1;
};

void on_each(unsigned ranks, const std::function<void(unsigned rank, const std::uint8_t *id)> &work) {
    std::uint8_t id[128];
    expect(factory_nccl_unique_id(nccl, id, sizeof id), FACTORY_OK, "factory_nccl_unique_id");
    std::vector<std::thread> threads;
    for (unsigned rank = 0; rank < ranks; rank++) {
        threads.emplace_back([&, rank] { work(rank, id); });
    }
    for (std::thread &thread : threads) {
        thread.join();
    }
}

double expected(std::uint32_t operation, unsigned ranks, std::uint64_t floats, std::uint64_t index) {
    if (operation == FACTORY_BROADCAST) {
        return value(0, index);
    }
    double sum = 0;
    for (unsigned rank = 0; rank < ranks; rank++) {
        const std::uint64_t first = floats * rank / ranks;
        if (operation == FACTORY_ALL_GATHER && index >= first && index < floats * (rank + 1) / ranks) {
            return value(rank, index - first);
        }
        sum += value(rank, index);
    }
    return sum;
}

void compare(unsigned ranks, std::uint32_t operation, std::uint64_t floats) {
    on_each(ranks, [&](unsigned rank, const std::uint8_t *id) {
        Rank self(rank, ranks, id, floats);
        expect(self.created, FACTORY_OK, "factory_communicator_create", self.device);
        expect(self.run(operation, 3), FACTORY_OK, "factory_communicator_run", self.device);
        std::vector<float> result(floats);
        expect(factory_buffer_download(self.output, 0, result.data(), floats * sizeof(float)), FACTORY_OK, "factory_buffer_download", self.device);
        for (std::uint64_t i = 0; i < floats; i++) {
            require(std::fabs(result[i] - expected(operation, ranks, floats, i)) <= 1e-5, "a result differs from the reference");
        }
    });
}

// The rank at fault and the others each end as they must.
void fail(const char *fault, int at_fault, int others, std::uint32_t milliseconds) {
    setenv("FACTORY_DOUBLE_NCCL_FAULT", fault, 1);
    on_each(3, [&](unsigned rank, const std::uint8_t *id) {
        Rank self(rank, 3, id, 1000, milliseconds);
        const int status = self.created != FACTORY_OK ? self.created : self.run(FACTORY_ALL_REDUCE, 5);
        expect(status, rank == 1 ? at_fault : others, fault, self.device);
        if (self.created == FACTORY_OK) {
            expect(self.run(FACTORY_ALL_REDUCE), FACTORY_NCCL_FAILED, "a broken communicator", self.device);
        }
    });
    unsetenv("FACTORY_DOUBLE_NCCL_FAULT");
}

void give_up() {
    std::uint8_t id[128];
    expect(factory_nccl_unique_id(nccl, id, sizeof id), FACTORY_OK, "factory_nccl_unique_id");
    Rank alone(0, 2, id, 10);
    std::thread waiting([&] { expect(alone.run(FACTORY_BROADCAST), FACTORY_STOPPED, "a rank that is given up", alone.device); });
    expect(factory_communicator_abort(alone.communicator), FACTORY_OK, "factory_communicator_abort");
    waiting.join();
}

void refuse() {
    std::uint8_t id[128] = {};
    std::int32_t version = 0;
    expect(factory_nccl_version("no-such-nccl.so", &version), FACTORY_NO_NCCL, "a library that is not there");
    expect(factory_nccl_version(driver, &version), FACTORY_NO_NCCL, "a library that is another");
    expect(factory_nccl_version(nccl, nullptr), FACTORY_BAD_PARAMETER, "no place for a version");
    expect(factory_nccl_unique_id(nccl, id, 64), FACTORY_BAD_PARAMETER, "no place for an id");
    {
        const Rank invented(0, 1, id, 10);
        expect(invented.created, FACTORY_NCCL_FAILED, "an id that nobody made", invented.device);
    }
    expect(factory_nccl_unique_id(nccl, id, sizeof id), FACTORY_OK, "factory_nccl_unique_id");
    Rank one(0, 1, id, 10);
    factory_collective odd{sizeof odd, FACTORY_ALL_REDUCE, one.input, one.output, 11, 1, 0};
    double seconds = 0;
    expect(factory_communicator_run(one.communicator, &odd, &seconds), FACTORY_BAD_PARAMETER, "more floats than a buffer holds");
    odd.floats = 10;
    odd.output = one.input;
    expect(factory_communicator_run(one.communicator, &odd, &seconds), FACTORY_BAD_PARAMETER, "one buffer for both");
    odd.output = one.output;
    odd.operation = 3;
    expect(factory_communicator_run(one.communicator, &odd, &seconds), FACTORY_BAD_PARAMETER, "an operation that is none");
    expect(one.run(FACTORY_ALL_GATHER), FACTORY_OK, "a communicator that was asked wrongly", one.device);
    const factory_device_options options{sizeof options, FACTORY_BACKEND_CPU, 0, 1, nullptr, nullptr, nullptr};
    factory_device *processor = nullptr;
    expect(factory_device_open(&options, &processor), FACTORY_OK, "factory_device_open");
    factory_communicator_options joining{sizeof joining, 0, 1, 1000, nccl, {}};
    factory_communicator *none = nullptr;
    expect(factory_communicator_create(processor, &joining, &none), FACTORY_NO_NCCL, "a processor", processor);
    expect(factory_device_close(processor), FACTORY_OK, "factory_device_close");
}

// Also when it meets the device inside NCCL.
void keep_the_device_s_own_fault() {
    std::uint8_t id[128];
    expect(factory_nccl_unique_id(nccl, id, sizeof id), FACTORY_OK, "factory_nccl_unique_id");
    Rank one(0, 1, id, 10);
    setenv("FACTORY_DOUBLE_FAULT", "illegal-address@1", 1);
    std::uint64_t address = 0;
    expect(factory_buffer_address(one.output, &address), FACTORY_OK, "factory_buffer_address");
    const std::uint64_t arguments[6] = {address, 10, 0, 0, 0, 0};
    const factory_launch launch{sizeof launch, 1, 1, 32, "factory_pattern_write", arguments, 6, 0};
    std::promise<int> ended;
    expect(factory_submit(one.device, &launch, 1, [](void *to, int status, double) { static_cast<std::promise<int> *>(to)->set_value(status); }, &ended),
           FACTORY_OK, "factory_submit", one.device);
    expect(ended.get_future().get(), 700, "a kernel that is struck", one.device);
    expect(one.run(FACTORY_ALL_REDUCE), 700, "a collective on a poisoned device", one.device);
}

} // namespace

int main(int count, char **arguments) {
    nccl = std::getenv("FACTORY_NCCL_LIBRARY");
    require(count == 3 && nccl != nullptr, "usage: FACTORY_NCCL_LIBRARY=<NCCL double> nccl_test <CUDA driver double> <PTX>");
    driver = arguments[1];
    std::ifstream file(arguments[2]);
    std::stringstream text;
    text << file.rdbuf();
    ptx = text.str();
    setenv("FACTORY_DOUBLE_DEVICES", "4", 1);
    for (const unsigned ranks : {1u, 3u}) {
        for (const std::uint32_t operation : {FACTORY_ALL_REDUCE, FACTORY_ALL_GATHER, FACTORY_BROADCAST}) {
            for (const std::uint64_t floats : {1u, 1200u, 100003u}) { // Less than the ranks, even parts, odd ones of several pieces.
                compare(ranks, operation, floats);
            }
        }
    }
    constexpr std::uint32_t brief = 2000;
    fail("init-fails@1", FACTORY_NCCL_FAILED, FACTORY_TIMED_OUT, brief);
    fail("init-hangs@1", FACTORY_TIMED_OUT, FACTORY_TIMED_OUT, brief);
    fail("fails@1:3", FACTORY_NCCL_FAILED, FACTORY_TIMED_OUT, brief);
    fail("async-error@1:2", FACTORY_NCCL_FAILED, FACTORY_TIMED_OUT, brief);
    fail("hangs@1:5", FACTORY_TIMED_OUT, FACTORY_TIMED_OUT, brief);
    give_up();
    refuse();
    keep_the_device_s_own_fault();
    return 0;
}
