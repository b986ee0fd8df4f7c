#include "cuda/nvml.h"

#include <dlfcn.h>

namespace factory {

namespace {

constexpr int die_sensor = 0;

template <typename Function> bool find(void *library, const char *name, Function *&function) {
    function = reinterpret_cast<Function *>(dlsym(library, name));
    return function != nullptr;
}

} // namespace

void Nvml::open(const char *library, const std::string &uuid) noexcept {
    void *handle = dlopen(library != nullptr && *library != '\0' ? library : "libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL);
    int (*init)() = nullptr;
    int (*by_uuid)(const char *uuid, Handle *device) = nullptr;
    if (handle == nullptr || !find(handle, "nvmlInit_v2", init) || !find(handle, "nvmlDeviceGetHandleByUUID", by_uuid) ||
        !find(handle, "nvmlDeviceGetPowerUsage", power_) || !find(handle, "nvmlDeviceGetTemperature", temperature_) ||
        !find(handle, "nvmlDeviceGetUtilizationRates", utilisation_) || !find(handle, "nvmlDeviceGetMemoryInfo", memory_)) {
        return;
    }
    if (init() != 0 || by_uuid(uuid.c_str(), &device_) != 0) {
        device_ = nullptr;
    }
}

// Each reading for itself: cards differ in what they support, and a blank is unknown, never zero.
void Nvml::read(factory_readings &readings) const noexcept {
    if (device_ == nullptr) {
        return;
    }
    unsigned value = 0;
    if (power_(device_, &value) == 0) {
        readings.power_watts = value / 1000.0;
    }
    if (temperature_(device_, die_sensor, &value) == 0) {
        readings.temperature_celsius = value;
    }
    Utilisation percent{};
    if (utilisation_(device_, &percent) == 0) {
        readings.utilisation = percent.gpu / 100.0;
    }
    Memory bytes{};
    if (memory_(device_, &bytes) == 0) {
        readings.memory_used_bytes = static_cast<std::int64_t>(bytes.used);
    }
}

} // namespace factory
