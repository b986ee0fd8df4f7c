#include "cuda/nvml_links.h"

#include <climits>
#include <initializer_list>

namespace factory {

namespace {

// NVML's numbers.
constexpr unsigned most_nvlinks = 18, all_links = UINT_MAX;
constexpr int replay = 0, recovery = 1, crc_of_flits = 2, crc_of_data = 3;
constexpr unsigned memory_temperature = 82, nvlink_sent = 138, nvlink_received = 139;
constexpr int word = 1, widest = 3;

void add(std::int64_t &sum, unsigned long long count) { sum = (sum < 0 ? 0 : sum) + static_cast<std::int64_t>(count); }

} // namespace

void NvmlLinks::open(void *library, NvmlHandle *device) noexcept {
    device_ = device;
    find(library, "nvmlDeviceGetCurrPcieLinkGeneration", generation_);
    find(library, "nvmlDeviceGetCurrPcieLinkWidth", lanes_);
    find(library, "nvmlDeviceGetMaxPcieLinkGeneration", most_generation_);
    find(library, "nvmlDeviceGetMaxPcieLinkWidth", most_lanes_);
    find(library, "nvmlDeviceGetPcieReplayCounter", replays_);
    find(library, "nvmlDeviceGetNvLinkState", state_);
    find(library, "nvmlDeviceGetNvLinkErrorCounter", errors_);
    find(library, "nvmlDeviceGetFieldValues", fields_);
}

void NvmlLinks::read(factory_readings &readings) const noexcept {
    ask(generation_, readings.pcie_generation);
    ask(lanes_, readings.pcie_lanes);
    ask(most_generation_, readings.most_pcie_generation);
    ask(most_lanes_, readings.most_pcie_lanes);
    unsigned count = 0;
    if (replays_ != nullptr && replays_(device_, &count) == 0) {
        readings.pcie_replays = count;
    }
    read_nvlinks(readings);
    read_fields(readings);
}

void NvmlLinks::ask(Question *question, std::int32_t &answer) const noexcept {
    unsigned value = 0;
    if (question != nullptr && question(device_, &value) == 0) {
        answer = static_cast<std::int32_t>(value);
    }
}

// A link that the card does not have answers an error; one that is down answers that it is.
void NvmlLinks::read_nvlinks(factory_readings &readings) const noexcept {
    std::int32_t links = 0, up = 0;
    for (unsigned link = 0; state_ != nullptr && link < most_nvlinks; link++) {
        int is_up = 0;
        if (state_(device_, link, &is_up) != 0) {
            continue;
        }
        links++;
        up += is_up != 0;
        add_errors(link, readings);
    }
    if (links > 0) {
        readings.nvlinks = links;
        readings.nvlinks_up = up;
    }
}

void NvmlLinks::add_errors(unsigned link, factory_readings &readings) const noexcept {
    unsigned long long count = 0;
    for (const int kind : {replay, recovery, crc_of_flits, crc_of_data}) {
        if (errors_ != nullptr && errors_(device_, link, kind, &count) == 0) {
            add(kind == replay || kind == recovery ? readings.nvlink_errors : readings.nvlink_crc_errors, count);
        }
    }
}

void NvmlLinks::read_fields(factory_readings &readings) const noexcept {
    Field fields[] = {{memory_temperature, 0, 0, 0, 0, 0, {}}, {nvlink_sent, all_links, 0, 0, 0, 0, {}}, {nvlink_received, all_links, 0, 0, 0, 0, {}}};
    if (fields_ == nullptr || fields_(device_, 3, fields) != 0) {
        return;
    }
    const auto &[celsius, sent, received] = fields;
    if (celsius.status == 0 && celsius.kind == word) {
        readings.memory_temperature_celsius = celsius.value.word;
    }
    // NVML counts in units of 1024 bytes.
    if (sent.status == 0 && sent.kind == widest) {
        readings.nvlink_sent_bytes = static_cast<std::int64_t>(sent.value.widest * 1024);
    }
    if (received.status == 0 && received.kind == widest) {
        readings.nvlink_received_bytes = static_cast<std::int64_t>(received.value.widest * 1024);
    }
}

} // namespace factory
