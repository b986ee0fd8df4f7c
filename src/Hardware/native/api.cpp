#include "factory_gpu.h"

#include <atomic>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>

#include "cpu/cpu_device.h"
#include "cuda/cuda_device.h"
#include "device.h"
#include "handles.h"
#include "nccl/nccl_library.h"

namespace {

using factory::Device;
using factory::Failure;

struct OpenDevice {
    std::unique_ptr<Device> device;
    std::atomic<unsigned> buffers{0};
    std::atomic<unsigned> communicators{0};
};

using Devices = factory::Handles<OpenDevice>;

// Holds its device open by being counted there.
struct OpenBuffer {
    OpenDevice &owner;
    std::uint64_t address;
    std::uint64_t bytes;

    ~OpenBuffer() {
        owner.device->retire(address, bytes);
        owner.buffers--;
    }
};

using Buffers = factory::Handles<OpenBuffer>;

// As a buffer does.
struct OpenCommunicator {
    OpenDevice &owner;
    std::unique_ptr<factory::Communicator> communicator;

    ~OpenCommunicator() {
        communicator.reset();
        owner.communicators--;
    }
};

using Communicators = factory::Handles<OpenCommunicator>;

// Never destroyed: threads of the process may still call at its end.
Devices &devices() {
    static Devices &instance = *new Devices("device", 1);
    return instance;
}

Buffers &buffers() {
    static Buffers &instance = *new Buffers("buffer", 2);
    return instance;
}

Communicators &communicators() {
    static Communicators &instance = *new Communicators("communicator", 3);
    return instance;
}

constexpr std::uint64_t most_bytes = 1ull << 46; // More than any machine has, and no sum of it overflows.
constexpr std::uint32_t most_launches = 1u << 20;
constexpr std::uint32_t most_arguments = 256;
constexpr std::uint32_t most_threads = 1024;
constexpr std::uint32_t most_ranks = 1u << 16;
constexpr std::uint32_t longest_wait = 3'600'000;
constexpr std::size_t most_name = 64;

// Failures without a device to remember them, such as a missing driver or a bad handle.
thread_local std::string opening_error;

template <typename Action> int guarded(Device *device, Action action) {
    std::string text;
    int status = FACTORY_INTERNAL;
    try {
        action();
        return FACTORY_OK;
    } catch (const Failure &failure) {
        status = failure.status;
        text = failure.text;
    } catch (const std::bad_alloc &) {
        status = FACTORY_OUT_OF_MEMORY;
        text = "no host memory was left";
    } catch (...) {
        text = "an unexpected failure in the compute library";
    }
    if (device != nullptr) {
        device->remember(text);
    } else {
        opening_error = text;
    }
    return status;
}

// What fails before the device is found is told as an opening error; what fails on it, by the device.
template <typename Action> int on_device(factory_device *handle, Action action) {
    int status = FACTORY_OK;
    const int found = guarded(nullptr, [&] {
        const Devices::Pin open = devices().pin(handle);
        status = guarded(open->device.get(), [&] { action(*open); });
    });
    return found != FACTORY_OK ? found : status;
}

template <typename Action> int on_buffer(factory_buffer *handle, Action action) {
    int status = FACTORY_OK;
    const int found = guarded(nullptr, [&] {
        const Buffers::Pin open = buffers().pin(handle);
        status = guarded(open->owner.device.get(), [&] { action(*open, *open->owner.device); });
    });
    return found != FACTORY_OK ? found : status;
}

template <typename Action> int on_communicator(factory_communicator *handle, Action action) {
    int status = FACTORY_OK;
    const int found = guarded(nullptr, [&] {
        const Communicators::Pin open = communicators().pin(handle);
        status = guarded(open->owner.device.get(), [&] { action(*open); });
    });
    return found != FACTORY_OK ? found : status;
}

void require(bool holds, const char *text) {
    if (!holds) {
        throw Failure{FACTORY_BAD_PARAMETER, text};
    }
}

void require_inside(const OpenBuffer &buffer, std::uint64_t offset, const void *memory, std::uint64_t bytes) {
    require(offset <= buffer.bytes && bytes <= buffer.bytes - offset, "the copy ends outside the buffer");
    require(memory != nullptr || bytes == 0, "the host memory of a copy is null");
}

std::unique_ptr<Device> open(const factory_device_options &options) {
    switch (options.backend) {
    case FACTORY_BACKEND_CPU:
    case FACTORY_BACKEND_CPU_FIBRES:
        if (options.index != 0) {
            throw Failure{FACTORY_NO_DEVICE, "there is one CPU device, number 0"};
        }
        require(options.threads <= most_threads, "a CPU device has at most 1024 threads");
        return std::make_unique<factory::CpuDevice>(options.backend == FACTORY_BACKEND_CPU_FIBRES, options.threads);
    case FACTORY_BACKEND_CUDA:
        require(options.ptx != nullptr, "a CUDA device needs the kernels' PTX");
        if (options.index >= factory::CudaDevice::count(options.driver_library)) {
            throw Failure{FACTORY_NO_DEVICE, "the driver has no device of this number"};
        }
        return std::make_unique<factory::CudaDevice>(options.driver_library, options.nvml_library, options.index,
                                                     options.ptx);
    default:
        throw Failure{FACTORY_BAD_PARAMETER, "no such back end"};
    }
}

factory::Submission copy_of(const factory_launch *launches, std::uint32_t count) {
    factory::Submission submission{};
    for (std::uint32_t i = 0; i < count; i++) {
        const factory_launch &launch = launches[i];
        require(launch.size == sizeof launch, "a launch has another size than this library's");
        require(launch.kernel != nullptr, "a launch names no kernel");
        require(launch.grid_x > 0 && launch.grid_x <= 0x7fffffffu, "a grid is 1 to 2^31 - 1 blocks wide");
        require(launch.grid_y > 0 && launch.grid_y <= 65535, "a grid is 1 to 65535 blocks high");
        require(launch.block_x > 0 && launch.block_x <= 1024, "a block has 1 to 1024 threads");
        require(launch.argument_count <= most_arguments, "a kernel has at most 256 arguments");
        require(launch.arguments != nullptr || launch.argument_count == 0, "a launch's arguments are null");
        submission.launches.push_back({launch.kernel, launch.grid_x, launch.grid_y, launch.block_x,
                                       {launch.arguments, launch.arguments + launch.argument_count}});
    }
    return submission;
}

} // namespace

int factory_abi_version(void) { return FACTORY_ABI_VERSION; }

const char *factory_status_name(int status) { return factory::status_name(status); }

int factory_device_count(uint32_t backend, const char *driver_library, uint32_t *count) {
    return guarded(nullptr, [&] {
        require(count != nullptr, "count is null");
        require(backend >= FACTORY_BACKEND_CPU && backend <= FACTORY_BACKEND_CUDA, "no such back end");
        *count = backend == FACTORY_BACKEND_CUDA ? factory::CudaDevice::count(driver_library) : 1;
    });
}

int factory_device_open(const factory_device_options *options, factory_device **device) {
    return guarded(nullptr, [&] {
        require(options != nullptr && device != nullptr, "options or device is null");
        require(options->size == sizeof *options, "the options have another size than this library's");
        auto opened = std::make_unique<OpenDevice>();
        opened->device = open(*options);
        *device = static_cast<factory_device *>(devices().add(std::move(opened)));
    });
}

int factory_device_describe(factory_device *device, factory_device_info *info) {
    return on_device(device, [&](OpenDevice &open) {
        require(info != nullptr && info->size == sizeof *info, "the info has another size than this library's");
        open.device->describe(*info);
    });
}

int factory_device_read(factory_device *device, factory_readings *readings) {
    return on_device(device, [&](OpenDevice &open) {
        require(readings != nullptr && readings->size == sizeof *readings, "the readings have another size than this library's");
        readings->power_watts = readings->temperature_celsius = readings->utilisation = -1;
        readings->memory_used_bytes = readings->slowed_because = readings->uncorrected_errors = -1;
        readings->limit_watts = readings->lowest_limit_watts = readings->highest_limit_watts = readings->default_limit_watts = -1;
        readings->energy_joules = readings->sm_clock_megahertz = -1;
        readings->rows_pending = readings->rows_failed = -1;
        readings->memory_temperature_celsius = readings->memory_clock_megahertz = -1;
        readings->pcie_generation = readings->pcie_lanes = readings->most_pcie_generation = readings->most_pcie_lanes = -1;
        readings->nvlinks = readings->nvlinks_up = -1;
        readings->pcie_replays = readings->nvlink_errors = readings->nvlink_crc_errors = -1;
        readings->nvlink_sent_bytes = readings->nvlink_received_bytes = -1;
        open.device->read(*readings);
    });
}

int factory_device_limit(factory_device *device, double watts) {
    return on_device(device, [&](OpenDevice &open) {
        require(watts >= 0 && watts <= 1e6, "a power limit is 0 (the default) to 1000000 W");
        open.device->limit(watts);
    });
}

int factory_device_fault(factory_device *device, std::uint32_t timeout_milliseconds, std::int64_t *xid) {
    return on_device(device, [&](OpenDevice &open) {
        require(xid != nullptr && timeout_milliseconds <= 10000, "a fault is waited for 0 to 10000 ms, and needs a place");
        *xid = open.device->fault(timeout_milliseconds);
    });
}

int factory_device_load(factory_device *device, const char *name, const char *ptx) {
    return on_device(device, [&](OpenDevice &open) {
        require(name != nullptr && ptx != nullptr, "kernels need a name and their PTX");
        const std::string text = name;
        require(!text.empty() && text.size() <= most_name && text.find('/') == std::string::npos, "a name has 1 to 64 characters, none of them '/'");
        open.device->load(text, ptx);
    });
}

int factory_device_close(factory_device *device) {
    std::unique_ptr<OpenDevice> closed; // Ends outside the lock: it waits for what runs.
    return guarded(nullptr, [&] {
        closed = devices().take(device, [](const OpenDevice &open) {
            require(open.buffers == 0, "the device has open buffers; close them first");
            require(open.communicators == 0, "the device has open communicators; close them first");
            require(!open.device->is_own_thread(), "a device cannot be closed from its own completion");
        });
        closed.reset();
    });
}

int factory_device_error(factory_device *device, char *text, uint32_t capacity) {
    const auto copy = [&](const std::string &error) { std::snprintf(text, capacity, "%s", error.c_str()); };
    if (text == nullptr || capacity == 0) {
        return guarded(nullptr, [] { require(false, "the text is null or has no room"); });
    }
    text[0] = '\0';
    if (device == nullptr) {
        copy(opening_error);
        return FACTORY_OK;
    }
    return guarded(nullptr, [&] { copy(devices().pin(device)->device->last_error()); });
}

int factory_buffer_create(factory_device *device, uint64_t bytes, factory_buffer **buffer) {
    return on_device(device, [&](OpenDevice &open) {
        require(buffer != nullptr && bytes > 0, "a buffer has at least one byte");
        if (bytes > most_bytes) {
            throw Failure{FACTORY_OUT_OF_MEMORY, "no device has " + std::to_string(bytes) + " bytes"};
        }
        const std::uint64_t address = open.device->allocate(bytes);
        open.buffers++;
        *buffer = static_cast<factory_buffer *>(buffers().add(std::unique_ptr<OpenBuffer>(new OpenBuffer{open, address, bytes})));
    });
}

int factory_buffer_address(factory_buffer *buffer, uint64_t *address) {
    return on_buffer(buffer, [&](OpenBuffer &open, Device &) {
        require(address != nullptr, "address is null");
        *address = open.address;
    });
}

int factory_buffer_upload(factory_buffer *buffer, uint64_t offset, const void *source, uint64_t bytes) {
    return on_buffer(buffer, [&](OpenBuffer &open, Device &device) {
        require_inside(open, offset, source, bytes);
        device.upload(open.address + offset, source, bytes);
    });
}

int factory_buffer_download(factory_buffer *buffer, uint64_t offset, void *target, uint64_t bytes) {
    return on_buffer(buffer, [&](OpenBuffer &open, Device &device) {
        require_inside(open, offset, target, bytes);
        device.download(target, open.address + offset, bytes);
    });
}

int factory_buffer_close(factory_buffer *buffer) {
    return guarded(nullptr, [&] { buffers().take(buffer, [](const OpenBuffer &) {}); });
}

int factory_submit(factory_device *device, const factory_launch *launches, uint32_t count,
                   factory_completion completion, void *context) {
    return on_device(device, [&](OpenDevice &open) {
        require(launches != nullptr && count > 0 && completion != nullptr, "a submission needs launches and a completion");
        require(count <= most_launches, "a submission has at most 1048576 launches");
        factory::Submission submission = copy_of(launches, count);
        submission.completion = completion;
        submission.context = context;
        open.device->submit(std::move(submission));
    });
}

int factory_nccl_version(const char *nccl_library, int32_t *version) {
    return guarded(nullptr, [&] {
        require(version != nullptr, "version is null");
        *version = factory::NcclLibrary::load(nccl_library).version;
    });
}

int factory_nccl_unique_id(const char *nccl_library, uint8_t *unique_id, uint32_t capacity) {
    return guarded(nullptr, [&] {
        factory::NcclUniqueId id;
        require(unique_id != nullptr && capacity == sizeof id, "a unique id needs a place of 128 bytes");
        const factory::NcclLibrary &library = factory::NcclLibrary::load(nccl_library);
        library.check(library.get_unique_id(&id), "ncclGetUniqueId");
        std::memcpy(unique_id, id.bytes, sizeof id);
    });
}

int factory_communicator_create(factory_device *device, const factory_communicator_options *options, factory_communicator **communicator) {
    return on_device(device, [&](OpenDevice &open) {
        require(options != nullptr && communicator != nullptr, "options or communicator is null");
        require(options->size == sizeof *options, "the options have another size than this library's");
        require(options->ranks > 0 && options->ranks <= most_ranks && options->rank < options->ranks, "there are 1 to 65536 ranks, and this is one of them");
        require(options->timeout_milliseconds > 0 && options->timeout_milliseconds <= longest_wait, "a time limit is 1 to 3600000 ms");
        auto joined = open.device->join(*options);
        open.communicators++;
        *communicator = static_cast<factory_communicator *>(
            communicators().add(std::unique_ptr<OpenCommunicator>(new OpenCommunicator{open, std::move(joined)})));
    });
}

int factory_communicator_run(factory_communicator *communicator, const factory_collective *collective, double *seconds) {
    return on_communicator(communicator, [&](OpenCommunicator &open) {
        require(collective != nullptr && seconds != nullptr, "the collective or its seconds are null");
        require(collective->size == sizeof *collective, "the collective has another size than this library's");
        require(collective->operation <= FACTORY_BROADCAST, "there is no such operation");
        require(collective->repetitions > 0, "a collective has at least one repetition");
        require(collective->floats > 0 && collective->floats <= most_bytes / sizeof(float), "a collective has at least one float");
        const Buffers::Pin input = buffers().pin(collective->input), output = buffers().pin(collective->output);
        require(&input->owner == &open.owner && &output->owner == &open.owner && input->address != output->address,
                "a collective needs two buffers of its own device");
        const std::uint64_t bytes = collective->floats * sizeof(float);
        require(bytes <= input->bytes && bytes <= output->bytes, "a buffer holds less than the collective's floats");
        *seconds = open.communicator->run({collective->operation, input->address, output->address, collective->floats, collective->repetitions});
    });
}

int factory_communicator_abort(factory_communicator *communicator) {
    return on_communicator(communicator, [](OpenCommunicator &open) { open.communicator->abort(); });
}

int factory_communicator_close(factory_communicator *communicator) {
    return guarded(nullptr, [&] { 
        communicators().take(communicator, [](const OpenCommunicator &open) {
            if (open.communicator->is_running()) {
                open.communicator->abort();
            }
        });
    });
}
