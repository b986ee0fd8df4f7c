#include "cuda/nvml.h"

#include <cmath>
#include <cstdio>
#include <dlfcn.h>

#include "device.h"

namespace factory {

namespace {

// NVML's numbers.
constexpr int die_sensor = 0, sm_clock = 1, memory_clock = 2, uncorrected = 1, since_driver_load = 0;
constexpr int invalid_argument = 2, no_permission = 4, timed_out = 10;
constexpr unsigned long long critical_xid = 0x8;

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
    // A driver may be older than these: what it lacks stays unknown.
    find(handle, "nvmlDeviceGetPowerManagementLimit", limit_);
    find(handle, "nvmlDeviceGetPowerManagementLimitConstraints", limit_range_);
    find(handle, "nvmlDeviceGetPowerManagementDefaultLimit", default_limit_);
    find(handle, "nvmlDeviceSetPowerManagementLimit", set_limit_);
    find(handle, "nvmlDeviceGetTotalEnergyConsumption", energy_);
    find(handle, "nvmlDeviceGetClockInfo", clock_);
    if (!find(handle, "nvmlDeviceGetCurrentClocksEventReasons", slowed_)) {
        find(handle, "nvmlDeviceGetCurrentClocksThrottleReasons", slowed_);
    }
    find(handle, "nvmlDeviceGetTotalEccErrors", ecc_);
    find(handle, "nvmlDeviceGetRemappedRows", rows_);
    if (init() != 0 || by_uuid(uuid.c_str(), &device_) != 0) {
        device_ = nullptr;
    } else {
        listen(handle);
        links_.open(handle, device_);
    }
}

void Nvml::listen(void *library) noexcept {
    int (*create)(EventSet * set) = nullptr;
    int (*listen_to)(Handle device, unsigned long long types, EventSet set) = nullptr;
    if (!find(library, "nvmlEventSetCreate", create) || !find(library, "nvmlDeviceRegisterEvents", listen_to) ||
        !find(library, "nvmlEventSetWait_v2", wait_) || create(&events_) != 0 || listen_to(device_, critical_xid, events_) != 0) {
        events_ = nullptr;
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
    read_limits(readings);
    read_health(readings);
    links_.read(readings);
}

void Nvml::read_limits(factory_readings &readings) const noexcept {
    unsigned value = 0, highest = 0;
    if (limit_ != nullptr && limit_(device_, &value) == 0) {
        readings.limit_watts = value / 1000.0;
    }
    if (limit_range_ != nullptr && limit_range_(device_, &value, &highest) == 0) {
        readings.lowest_limit_watts = value / 1000.0;
        readings.highest_limit_watts = highest / 1000.0;
    }
    if (default_limit_ != nullptr && default_limit_(device_, &value) == 0) {
        readings.default_limit_watts = value / 1000.0;
    }
    unsigned long long count = 0;
    if (energy_ != nullptr && energy_(device_, &count) == 0) {
        readings.energy_joules = static_cast<double>(count) / 1000.0;
    }
}

void Nvml::read_health(factory_readings &readings) const noexcept {
    unsigned value = 0;
    unsigned long long count = 0;
    if (clock_ != nullptr && clock_(device_, sm_clock, &value) == 0) {
        readings.sm_clock_megahertz = value;
    }
    if (clock_ != nullptr && clock_(device_, memory_clock, &value) == 0) {
        readings.memory_clock_megahertz = value;
    }
    if (slowed_ != nullptr && slowed_(device_, &count) == 0) {
        readings.slowed_because = static_cast<std::int64_t>(count);
    }
    if (ecc_ != nullptr && ecc_(device_, uncorrected, since_driver_load, &count) == 0) {
        readings.uncorrected_errors = static_cast<std::int64_t>(count);
    }
    unsigned corrected = 0, beyond = 0, pending = 0, failed = 0;
    if (rows_ != nullptr && rows_(device_, &corrected, &beyond, &pending, &failed) == 0) {
        readings.rows_pending = pending != 0;
        readings.rows_failed = failed != 0;
    }
}

std::int64_t Nvml::fault(unsigned timeout_milliseconds) const {
    if (events_ == nullptr) {
        throw Failure{FACTORY_NOT_SUPPORTED, "NVML reports no faults of this device here"};
    }
    Event event{};
    const int status = wait_(events_, &event, timeout_milliseconds);
    if (status == timed_out) {
        return -1;
    }
    if (status != 0) {
        throw Failure{FACTORY_NOT_SUPPORTED, "NVML does not report faults any more, status " + std::to_string(status)};
    }
    return event.type == critical_xid ? static_cast<std::int64_t>(event.data) : -1;
}

void Nvml::limit(double watts) const {
    unsigned milliwatts = 0;
    if (device_ == nullptr || set_limit_ == nullptr || (watts == 0 && (default_limit_ == nullptr || default_limit_(device_, &milliwatts) != 0))) {
        throw Failure{FACTORY_NOT_SUPPORTED, "this device's power limit cannot be set here"};
    }
    unsigned lowest = 0, highest = 0;
    const bool has_range = limit_range_ != nullptr && limit_range_(device_, &lowest, &highest) == 0;
    if (watts != 0) {
        milliwatts = static_cast<unsigned>(std::lround(watts * 1000));
        if (has_range && (milliwatts < lowest || milliwatts > highest)) {
            char text[128];
            std::snprintf(text, sizeof text, "a power limit of %.0f W: this card accepts %.0f to %.0f W", watts, lowest / 1000.0, highest / 1000.0);
            throw Failure{FACTORY_BAD_PARAMETER, text};
        }
    }
    switch (const int status = set_limit_(device_, milliwatts)) {
    case 0:
        return;
    case invalid_argument:
        throw Failure{FACTORY_BAD_PARAMETER, "the card does not accept this power limit"};
    case no_permission:
        throw Failure{FACTORY_NOT_PERMITTED, "power limits may be set by root only: run the agent as root, or leave them to somebody who is"};
    default:
        throw Failure{FACTORY_NOT_SUPPORTED, "NVML does not set the power limit, status " + std::to_string(status)};
    }
}

} // namespace factory
