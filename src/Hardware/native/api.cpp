#include "factory_gpu.h"

#include <cstdio>
#include <memory>
#include <new>

#include "cpu/cpu_device.h"
#include "cuda/cuda_device.h"
#include "device.h"

struct factory_device {
    std::unique_ptr<factory::Device> device;
};

struct factory_buffer {
    factory::Device *device;
    std::uint64_t address;
    std::uint64_t bytes;
};

namespace {

using factory::Failure;

// Failures before there is a device to ask, such as a missing driver.
thread_local std::string opening_error;

template <typename Action> int guarded(factory::Device *device, Action action) {
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

void require(bool holds, const char *text) {
    if (!holds) {
        throw Failure{FACTORY_BAD_PARAMETER, text};
    }
}

std::unique_ptr<factory::Device> open(const factory_device_options &options) {
    switch (options.backend) {
    case FACTORY_BACKEND_CPU:
    case FACTORY_BACKEND_CPU_FIBRES:
        if (options.index != 0) {
            throw Failure{FACTORY_NO_DEVICE, "there is one CPU device, number 0"};
        }
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
        require(launch.grid_x > 0 && launch.grid_y > 0 && launch.grid_y <= 65535, "a grid is 1 to 65535 blocks high");
        require(launch.block_x > 0 && launch.block_x <= 1024, "a block has 1 to 1024 threads");
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
        *count = backend == FACTORY_BACKEND_CUDA ? factory::CudaDevice::count(driver_library) : 1;
    });
}

int factory_device_open(const factory_device_options *options, factory_device **device) {
    return guarded(nullptr, [&] {
        require(options != nullptr && device != nullptr, "options or device is null");
        require(options->size == sizeof *options, "the options have another size than this library's");
        auto opened = std::make_unique<factory_device>();
        opened->device = open(*options);
        *device = opened.release();
    });
}

int factory_device_describe(factory_device *device, factory_device_info *info) {
    return guarded(device->device.get(), [&] {
        require(info != nullptr && info->size == sizeof *info, "the info has another size than this library's");
        device->device->describe(*info);
    });
}

int factory_device_read(factory_device *device, factory_readings *readings) {
    return guarded(device->device.get(), [&] {
        require(readings != nullptr && readings->size == sizeof *readings, "the readings have another size than this library's");
        readings->power_watts = readings->temperature_celsius = readings->utilisation = -1;
        readings->memory_used_bytes = -1;
        device->device->read(*readings);
    });
}

int factory_device_close(factory_device *device) {
    return guarded(nullptr, [&] { delete device; });
}

int factory_device_error(factory_device *device, char *text, uint32_t capacity) {
    const auto copy = [&](const std::string &error) { std::snprintf(text, capacity, "%s", error.c_str()); };
    return guarded(nullptr, [&] { copy(device != nullptr ? device->device->last_error() : opening_error); });
}

int factory_buffer_create(factory_device *device, uint64_t bytes, factory_buffer **buffer) {
    return guarded(device->device.get(), [&] {
        require(buffer != nullptr && bytes > 0, "a buffer has at least one byte");
        auto created = std::make_unique<factory_buffer>(factory_buffer{device->device.get(), 0, bytes});
        created->address = device->device->allocate(bytes);
        *buffer = created.release();
    });
}

int factory_buffer_address(factory_buffer *buffer, uint64_t *address) {
    *address = buffer->address;
    return FACTORY_OK;
}

int factory_buffer_upload(factory_buffer *buffer, uint64_t offset, const void *source, uint64_t bytes) {
    return guarded(buffer->device, [&] {
        require(offset <= buffer->bytes && bytes <= buffer->bytes - offset, "the copy ends outside the buffer");
        buffer->device->upload(buffer->address + offset, source, bytes);
    });
}

int factory_buffer_download(factory_buffer *buffer, uint64_t offset, void *target, uint64_t bytes) {
    return guarded(buffer->device, [&] {
        require(offset <= buffer->bytes && bytes <= buffer->bytes - offset, "the copy ends outside the buffer");
        buffer->device->download(target, buffer->address + offset, bytes);
    });
}

int factory_buffer_close(factory_buffer *buffer) {
    return guarded(nullptr, [&] {
        buffer->device->release(buffer->address, buffer->bytes);
        delete buffer;
    });
}

int factory_submit(factory_device *device, const factory_launch *launches, uint32_t count,
                   factory_completion completion, void *context) {
    return guarded(device->device.get(), [&] {
        require(launches != nullptr && count > 0 && completion != nullptr, "a submission needs launches and a completion");
        factory::Submission submission = copy_of(launches, count);
        submission.completion = completion;
        submission.context = context;
        device->device->submit(std::move(submission));
    });
}
