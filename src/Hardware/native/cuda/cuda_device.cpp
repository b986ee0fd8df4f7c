#include "cuda/cuda_device.h"

#include <cctype>
#include <chrono>
#include <cstdio>
#include <cstring>

#include "nccl/nccl_communicator.h"

namespace factory {

namespace {

// CUDA 11.0, in the driver's way of writing it: the first that takes PTX 7.0, which the kernels are.
constexpr int oldest_driver = 11000;

// Words with one space between, no comments.
std::string plain(const std::string &ptx) {
    std::string text;
    for (std::size_t at = 0; at < ptx.size();) {
        const std::string pair = ptx.substr(at, 2);
        if (pair == "//" || pair == "/*") {
            const std::size_t end = ptx.find(pair == "//" ? "\n" : "*/", at + 2);
            at = end == std::string::npos ? ptx.size() : end + (pair == "//" ? 1 : 2);
            text += ' ';
        } else {
            text += std::isspace(static_cast<unsigned char>(ptx[at])) != 0 ? ' ' : ptx[at];
            at++;
        }
        while (text.size() > 1 && text.back() == ' ' && text[text.size() - 2] == ' ') {
            text.pop_back();
        }
    }
    return text;
}

// The driver reads as many arguments as the kernel declares, whatever a launch brings: they are counted here.
std::map<std::string, unsigned> parameters_of(const char *ptx) {
    const std::string text = plain(ptx), entry = ".entry ", parameter = ".param ";
    std::map<std::string, unsigned> counted;
    for (std::size_t at = text.find(entry); at != std::string::npos; at = text.find(entry, at)) {
        const std::size_t name = at + entry.size(), open = text.find('(', name), close = text.find(')', name);
        at = name;
        if (open == std::string::npos || close == std::string::npos) {
            break;
        }
        unsigned count = 0;
        for (std::size_t found = text.find(parameter, open); found < close; found = text.find(parameter, found + 1)) {
            count++;
        }
        const std::size_t end = text[open - 1] == ' ' ? open - 1 : open;
        counted[text.substr(name, end - name)] = count;
    }
    return counted;
}

} // namespace

unsigned CudaDevice::count(const char *library) {
    const CudaDriver &driver = CudaDriver::load(library);
    int devices = 0;
    driver.check(driver.device_count(&devices), "cuDeviceGetCount");
    return static_cast<unsigned>(devices);
}

CudaDevice::CudaDevice(const char *library, const char *nvml_library, unsigned index, const char *ptx)
    : driver_(CudaDriver::load(library)), index_(index) {
    require_driver();
    driver_.check(driver_.device_get(&device_, static_cast<int>(index)), "cuDeviceGet");
    driver_.check(driver_.context_retain(&context_, device_), "cuDevicePrimaryCtxRetain");
    try {
        driver_.check(driver_.context_set(context_), "cuCtxSetCurrent");
        load("", ptx);
        driver_.check(driver_.stream_create(&stream_, cu_stream_non_blocking), "cuStreamCreate");
        driver_.check(driver_.event_create(&begin_, 0), "cuEventCreate");
        driver_.check(driver_.event_create(&end_, 0), "cuEventCreate");
        sensors_.open(nvml_library, uuid());
    } catch (...) {
        driver_.context_release(device_);
        throw;
    }
    start();
}

CudaDevice::~CudaDevice() {
    stop();
    driver_.context_set(context_);
    driver_.event_destroy(begin_);
    driver_.event_destroy(end_);
    driver_.stream_destroy(stream_);
    for (const auto &[name, module] : modules_) {
        driver_.module_unload(module.handle);
    }
    driver_.context_release(device_);
}

void CudaDevice::require_driver() {
    int version = 0;
    driver_.check(driver_.driver_version(&version), "cuDriverGetVersion");
    if (version < oldest_driver) {
        char text[128];
        std::snprintf(text, sizeof text, "the driver is for CUDA %d.%d and the kernels need %d.%d: install a newer driver", version / 1000,
                      version % 1000 / 10, oldest_driver / 1000, oldest_driver % 1000 / 10);
        throw Failure{FACTORY_NO_DRIVER, text};
    }
}

void CudaDevice::load(const std::string &name, const char *ptx) {
    driver_.check(driver_.context_set(context_), "cuCtxSetCurrent");
    const std::lock_guard hold(modules_lock_);
    if (modules_.count(name) != 0) {
        throw Failure{FACTORY_BAD_PARAMETER, "kernels of the name '" + name + "' are loaded already"};
    }
    const CuModule handle = load_module(name.empty() ? "the kernels" : "the PTX of '" + name + "'", ptx);
    modules_[name] = {handle, {}, parameters_of(ptx)};
}

CuModule CudaDevice::load_module(const std::string &what, const char *ptx) {
    char log[2048] = "";
    int options[] = {cu_jit_error_log, cu_jit_error_log_bytes};
    void *values[] = {log, reinterpret_cast<void *>(static_cast<std::uintptr_t>(sizeof log))};
    CuModule module = nullptr;
    const CuResult result = driver_.module_load(&module, ptx, 2, options, values);
    if (result != cu_success && log[0] != '\0') {
        throw Failure{result, "the driver refuses " + what + ": " + log};
    }
    driver_.check(result, "cuModuleLoadDataEx");
    return module;
}

void CudaDevice::describe(factory_device_info &info) {
    int multiprocessors = 0, version = 0, major = 0, minor = 0;
    std::size_t memory = 0;
    driver_.check(driver_.device_name(info.name, sizeof info.name, device_), "cuDeviceGetName");
    driver_.check(driver_.device_memory(&memory, device_), "cuDeviceTotalMem");
    driver_.check(driver_.device_attribute(&multiprocessors, cu_attribute_multiprocessors, device_),
                  "cuDeviceGetAttribute");
    driver_.check(driver_.device_attribute(&major, cu_attribute_capability_major, device_), "cuDeviceGetAttribute");
    driver_.check(driver_.device_attribute(&minor, cu_attribute_capability_minor, device_), "cuDeviceGetAttribute");
    driver_.check(driver_.driver_version(&version), "cuDriverGetVersion");
    info.backend = FACTORY_BACKEND_CUDA;
    info.index = index_;
    info.multiprocessors = static_cast<std::uint32_t>(multiprocessors);
    info.memory_bytes = memory;
    info.driver_version = version;
    info.capability = static_cast<std::uint32_t>(10 * major + minor);
    std::snprintf(info.uuid, sizeof info.uuid, "%s", uuid().c_str());
}

// As NVML and the tools of the field write it.
std::string CudaDevice::uuid() const {
    CuUuid uuid{};
    driver_.check(driver_.device_uuid(&uuid, device_), "cuDeviceGetUuid");
    std::string text = "GPU-";
    for (int i = 0; i < 16; i++) {
        char pair[8];
        const bool dash = i == 4 || i == 6 || i == 8 || i == 10;
        std::snprintf(pair, sizeof pair, dash ? "-%02x" : "%02x", uuid.bytes[i]);
        text += pair;
    }
    return text;
}

std::uint64_t CudaDevice::allocate(std::uint64_t bytes) {
    CuAddress address = 0;
    driver_.check(driver_.context_set(context_), "cuCtxSetCurrent");
    driver_.check(driver_.allocate(&address, bytes), "cuMemAlloc");
    return address;
}

void CudaDevice::release(std::uint64_t address, std::uint64_t) noexcept {
    driver_.context_set(context_);
    driver_.release(address);
}

void CudaDevice::upload(std::uint64_t address, const void *source, std::uint64_t bytes) {
    driver_.check(driver_.context_set(context_), "cuCtxSetCurrent");
    driver_.check(driver_.copy_to_device(address, source, bytes, stream_), "cuMemcpyHtoDAsync");
    driver_.check(driver_.stream_synchronize(stream_), "cuStreamSynchronize");
}

void CudaDevice::download(void *target, std::uint64_t address, std::uint64_t bytes) {
    driver_.check(driver_.context_set(context_), "cuCtxSetCurrent");
    driver_.check(driver_.copy_to_host(target, address, bytes, stream_), "cuMemcpyDtoHAsync");
    driver_.check(driver_.stream_synchronize(stream_), "cuStreamSynchronize");
}

std::unique_ptr<Communicator> CudaDevice::join(const factory_communicator_options &options) {
    return std::make_unique<NcclCommunicator>(driver_, context_, stream_, options);
}

double CudaDevice::run(const std::vector<Launch> &launches) {
    driver_.check(driver_.context_set(context_), "cuCtxSetCurrent");
    driver_.check(driver_.event_record(begin_, stream_), "cuEventRecord");
    for (const Launch &launch : launches) {
        enqueue(launch);
    }
    driver_.check(driver_.event_record(end_, stream_), "cuEventRecord");
    wait_for(end_);
    float milliseconds = 0;
    driver_.check(driver_.event_elapsed(&milliseconds, begin_, end_), "cuEventElapsedTime");
    return milliseconds / 1000.0;
}

CuFunction CudaDevice::function_of(const Launch &launch) {
    const std::lock_guard hold(modules_lock_);
    const std::size_t slash = launch.kernel.find('/');
    const auto found = modules_.find(slash == std::string::npos ? "" : launch.kernel.substr(0, slash));
    if (found == modules_.end()) {
        throw Failure{FACTORY_NO_KERNEL, "no kernels are loaded under the name of " + launch.kernel};
    }
    Module &module = found->second;
    const std::string entry = slash == std::string::npos ? launch.kernel : launch.kernel.substr(slash + 1);
    CuFunction &function = module.functions[entry];
    if (function == nullptr) {
        driver_.check(driver_.module_function(&function, module.handle, entry.c_str()), "cuModuleGetFunction");
    }
    const auto counted = module.parameters.find(entry);
    if (counted != module.parameters.end() && counted->second != launch.arguments.size()) {
        throw Failure{FACTORY_BAD_PARAMETER, launch.kernel + " takes " + std::to_string(counted->second) + " arguments, not " +
                                                 std::to_string(launch.arguments.size())};
    }
    return function;
}

void CudaDevice::enqueue(const Launch &launch) {
    const CuFunction function = function_of(launch);
    std::vector<void *> arguments;
    for (const std::uint64_t &slot : launch.arguments) {
        arguments.push_back(const_cast<std::uint64_t *>(&slot));
    }
    driver_.check(driver_.launch(function, launch.grid_x, launch.grid_y, 1, launch.block_x, 1, 1, 0, stream_,
                                 arguments.data(), nullptr),
                  "cuLaunchKernel");
}

// The driver does not run its host functions after a sticky error, so the end is asked for, not told. The
// first questions come at once for short kernels; a long one costs a question every 50 us.
void CudaDevice::wait_for(CuEvent event) {
    for (unsigned asked = 0;; asked++) {
        const CuResult result = driver_.event_query(event);
        if (result == cu_success) {
            return;
        }
        if (result != cu_not_ready) {
            driver_.check(result, "cuEventQuery");
        }
        if (stopping()) {
            throw Failure{FACTORY_STOPPED, "the device was closed while a kernel ran"};
        }
        if (asked > 200) {
            std::this_thread::sleep_for(std::chrono::microseconds(50));
        }
    }
}

} // namespace factory
