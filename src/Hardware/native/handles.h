// Handles that callers hold. They are numbers, given out once and never again, so that one which is stale,
// foreign or made up is refused instead of being followed.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include "device.h"

namespace factory {

template <typename Object> class Handles {
    struct Entry {
        std::unique_ptr<Object> object;
        unsigned users = 0;
        bool closing = false;
    };

public:
    // `what` names a kind of object for a person; `mark` tells handles of one kind from those of others.
    Handles(const char *what, unsigned mark) : what_(what), mark_(mark) {}

    // Keeps an object open while a call uses it.
    class Pin {
    public:
        Pin(Handles &handles, Entry &entry) : handles_(&handles), entry_(&entry) {}
        Pin(Pin &&other) noexcept : handles_(other.handles_), entry_(std::exchange(other.entry_, nullptr)) {}
        Pin &operator=(Pin &&) = delete;
        ~Pin() {
            if (entry_ != nullptr) {
                handles_->unpin(*entry_);
            }
        }
        Object *operator->() const { return entry_->object.get(); }
        Object &operator*() const { return *entry_->object; }

    private:
        Handles *handles_;
        Entry *entry_;
    };

    void *add(std::unique_ptr<Object> object) {
        const std::lock_guard hold(lock_);
        const std::uintptr_t handle = next_++ * marks + mark_;
        entries_[handle].object = std::move(object);
        return reinterpret_cast<void *>(handle);
    }

    Pin pin(const void *handle) {
        const std::lock_guard hold(lock_);
        Entry &entry = find(handle);
        entry.users++;
        return Pin(*this, entry);
    }

    // Takes an object out for its end, when no call uses it any more. `check` throws to leave it as it is.
    template <typename Check> std::unique_ptr<Object> take(const void *handle, Check check) {
        std::unique_lock hold(lock_);
        Entry &entry = find(handle);
        check(*entry.object);
        entry.closing = true;
        unused_.wait(hold, [&entry] { return entry.users == 0; });
        try {
            check(*entry.object); // A call that was under way may have changed the answer.
        } catch (...) {
            entry.closing = false;
            throw;
        }
        std::unique_ptr<Object> object = std::move(entry.object);
        entries_.erase(reinterpret_cast<std::uintptr_t>(handle));
        return object;
    }

private:
    static constexpr std::uintptr_t marks = 16;

    // References to entries stay good while others come and go.
    Entry &find(const void *handle) {
        const auto found = entries_.find(reinterpret_cast<std::uintptr_t>(handle));
        if (found == entries_.end() || found->second.closing) {
            throw Failure{FACTORY_BAD_HANDLE, std::string("no such ") + what_ + ": it was closed, or never there"};
        }
        return found->second;
    }

    void unpin(Entry &entry) {
        const std::lock_guard hold(lock_);
        if (--entry.users == 0) {
            unused_.notify_all();
        }
    }

    const char *what_;
    const unsigned mark_;
    std::mutex lock_;
    std::condition_variable unused_;
    std::unordered_map<std::uintptr_t, Entry> entries_;
    std::uintptr_t next_ = 1;
};

} // namespace factory
