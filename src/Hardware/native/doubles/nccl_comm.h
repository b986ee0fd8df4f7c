// A communicator of the NCCL double: a rank's view of the memory in which all ranks meet, and the thread that does its work.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>

#include "nccl/nccl_library.h"

namespace factory {

constexpr NcclResult nccl_system_error = 2, nccl_invalid_usage = 5;
constexpr int most_ranks = 64;
constexpr std::size_t piece_floats = 16384;

// What the ranks of all processes map. A new file is all zeros.
struct Meeting {
    std::atomic<std::uint64_t> turns[most_ranks]; // how many meetings each rank has come to
    float pieces[most_ranks][piece_floats];
};

// The files of the ids that were made in this process; nameless, they go with it at the latest.
inline std::mutex files_lock;
inline std::map<std::string, int> files;

struct NcclCommHandle {
    int rank = 0, ranks = 0;
    std::string path;
    Meeting *meeting = nullptr;
    std::uint64_t turn = 0;
    unsigned long operations = 0;
    std::atomic<NcclResult> state{nccl_success};
    std::atomic<bool> aborted{false};
    std::thread worker;

    ~NcclCommHandle() {
        aborted = true;
        if (worker.joinable()) {
            worker.join();
        }
        if (meeting != nullptr) {
            munmap(meeting, sizeof *meeting);
        }
        const std::lock_guard hold(files_lock);
        const auto own = rank == 0 ? files.find(path) : files.end();
        if (own != files.end()) {
            close(own->second);
            files.erase(own);
        }
    }

    // Returns once all ranks have come as often as this one, false when it was given up.
    bool meet() {
        meeting->turns[rank] = ++turn;
        for (int other = 0; other < ranks; other++) {
            for (unsigned asked = 0; meeting->turns[other] < turn; asked++) {
                if (aborted) {
                    return false;
                }
                asked < 100 ? std::this_thread::yield() : std::this_thread::sleep_for(std::chrono::microseconds(50));
            }
        }
        return true;
    }

    NcclResult hang() const {
        while (!aborted) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        return nccl_system_error;
    }

    NcclResult launch(std::function<NcclResult()> job) {
        if (state != nccl_success) {
            return nccl_invalid_usage; // NCCL too takes nothing while something is under way, or after an error.
        }
        if (worker.joinable()) {
            worker.join();
        }
        state = nccl_in_progress;
        worker = std::thread([this, job = std::move(job)] { state = job(); });
        return nccl_in_progress;
    }
};

} // namespace factory
