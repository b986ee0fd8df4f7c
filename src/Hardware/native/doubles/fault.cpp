#include "doubles/fault.h"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <unistd.h>

namespace factory {

namespace {

struct Order {
    Fault fault = Fault::none;
    unsigned long turn = 1;
};

Order read(std::string text) {
    Order order;
    text.erase(text.find_last_not_of(" \n\r") + 1);
    const std::size_t at = text.find('@');
    if (at != std::string::npos) {
        order.turn = std::strtoul(text.c_str() + at + 1, nullptr, 10);
        text.erase(at);
    }
    constexpr struct {
        const char *name;
        Fault fault;
    } names[] = {{"illegal-address", Fault::illegal_address}, {"launch-timeout", Fault::launch_timeout},
                 {"misaligned", Fault::misaligned},
                 {"ecc", Fault::ecc},                         {"device-lost", Fault::device_lost},
                 {"out-of-memory", Fault::out_of_memory},     {"hang", Fault::hang},
                 {"crash", Fault::crash},                     {"bit-flip", Fault::bit_flip}};
    for (const auto &entry : names) {
        if (text == entry.name) {
            order.fault = entry.fault;
            return order;
        }
    }
    if (!text.empty()) {
        std::fprintf(stderr, "CUDA driver double: no fault is called '%s'\n", text.c_str());
    }
    return order;
}

std::string contents(const char *path) {
    std::string text;
    if (FILE *file = std::fopen(path, "r")) {
        char part[64];
        const std::size_t length = std::fread(part, 1, sizeof part, file);
        text.assign(part, length);
        std::fclose(file);
    }
    return text;
}

Fault due(unsigned long turn, bool at_allocation) {
    const auto fits = [at_allocation](Fault fault) { return (fault == Fault::out_of_memory) == at_allocation; };
    if (const char *text = std::getenv("FACTORY_DOUBLE_FAULT")) {
        const Order order = read(text);
        if (fits(order.fault) && order.turn == turn) {
            return order.fault;
        }
    }
    if (const char *path = std::getenv("FACTORY_DOUBLE_FAULT_FILE")) {
        const Order order = read(contents(path));
        if (order.fault != Fault::none && fits(order.fault)) {
            unlink(path);
            return order.fault;
        }
    }
    return Fault::none;
}

} // namespace

Fault fault_at_launch() {
    static unsigned long launches = 0;
    return due(++launches, false);
}

Fault fault_at_allocation() {
    static unsigned long allocations = 0;
    return due(++allocations, true);
}

} // namespace factory
