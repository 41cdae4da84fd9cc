#pragma once

#include <string>
#include <utility>
#include <vector>

namespace xdpbench {

// argc and argv for libraries that want to be told their flags the way main() is.
class Arguments {
  public:
    explicit Arguments(std::vector<std::string> words)
        : words_(std::move(words)), count_(static_cast<int>(words_.size())) {
        pointers_.reserve(words_.size() + 1);
        for (std::string& word : words_) pointers_.push_back(word.data());
        pointers_.push_back(nullptr);
    }
    [[nodiscard]] int* count() { return &count_; }
    [[nodiscard]] char** values() { return pointers_.data(); }

    // The first word behind argv[0] that the library left, because it does not know it; empty if
    // none.
    [[nodiscard]] std::string left_over() const { return count_ > 1 ? pointers_[1] : ""; }

  private:
    std::vector<std::string> words_;
    std::vector<char*> pointers_;
    int count_;
};

}  // namespace xdpbench
