#include "doubles/nccl_fault.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

namespace factory {

namespace {

struct Order {
    NcclFault fault = NcclFault::none;
    int rank = -1;
    unsigned long operation = 1;
};

Order read(const char *text) {
    constexpr struct {
        const char *name;
        NcclFault fault;
    } names[] = {{"init-fails", NcclFault::init_fails}, {"init-hangs", NcclFault::init_hangs}, {"fails", NcclFault::fails},
                 {"async-error", NcclFault::async_error}, {"hangs", NcclFault::hangs}, {"crash", NcclFault::crash},
                 {"wrong", NcclFault::wrong}};
    char name[32] = "";
    Order order;
    if (std::sscanf(text, "%31[a-z-]@%d:%lu", name, &order.rank, &order.operation) < 2) {
        std::fprintf(stderr, "NCCL double: '%s' orders no fault; \"hangs@1\" or \"hangs@1:3\" would\n", text);
    }
    for (const auto &entry : names) {
        order.fault = std::strcmp(entry.name, name) == 0 ? entry.fault : order.fault;
    }
    if (order.fault == NcclFault::init_fails || order.fault == NcclFault::init_hangs) {
        order.operation = 0;
    }
    return order;
}

bool is_due(const Order &order, int rank, unsigned long operation) {
    return order.fault != NcclFault::none && order.rank == rank && order.operation == operation;
}

} // namespace

NcclFault nccl_fault(int rank, unsigned long operation) {
    if (const char *text = std::getenv("FACTORY_DOUBLE_NCCL_FAULT"); text != nullptr && *text != '\0') {
        const Order order = read(text);
        if (is_due(order, rank, operation)) {
            return order.fault;
        }
    }
    const char *path = std::getenv("FACTORY_DOUBLE_NCCL_FAULT_FILE");
    std::FILE *file = path == nullptr ? nullptr : std::fopen(path, "r");
    if (file == nullptr) {
        return NcclFault::none;
    }
    char text[64] = "";
    text[std::fread(text, 1, sizeof text - 1, file)] = '\0';
    std::fclose(file);
    const Order order = read(text);
    return is_due(order, rank, operation) && unlink(path) == 0 ? order.fault : NcclFault::none;
}

} // namespace factory
