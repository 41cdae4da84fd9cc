// A JSON text read from front to back: what is not asked for is passed over at the speed of memory
// and kept nowhere. Of what is passed over only quotes and brackets are looked at. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace xdpbench::history {

class JsonCursor {
  public:
    explicit JsonCursor(std::string_view text) : text_(text) {}

    // Calls visit(key) for each member of the object at the cursor; `visit` reads the value, or
    // leaves it. What is no object is passed over.
    template <class Visit>
    void object(Visit visit) {
        if (!open('{')) return skip();
        while (!failed_ && !close('}')) {
            const std::string_view key = quoted();
            expect(':');
            value(visit, key);
        }
    }
    // The same of the elements of an array: visit().
    template <class Visit>
    void array(Visit visit) {
        if (!open('[')) return skip();
        while (!failed_ && !close(']')) value([&visit](std::string_view) { visit(); }, "");
    }

    // The value at the cursor. A string without its quotes and escapes; null as ""; all else as it
    // is written.
    [[nodiscard]] std::string text();
    // Nothing if it is no number.
    [[nodiscard]] std::optional<double> number();
    void skip() { (void)raw(); }

    // The text was a JSON value with nothing behind it, as far as that was looked at.
    [[nodiscard]] bool complete();

    // How far it was read.
    [[nodiscard]] std::size_t offset() const { return at_; }

  private:
    template <class Visit>
    void value(Visit visit, std::string_view key) {
        blank();
        const std::size_t before = at_;
        if (!failed_) visit(key);
        if (at_ == before) skip();
        blank();
        if (!at(',') && !at('}') && !at(']')) failed_ = true;
        if (at(',')) ++at_;
    }

    void blank();
    [[nodiscard]] bool at(char byte) const { return at_ < text_.size() && text_[at_] == byte; }
    bool open(char bracket);
    bool close(char bracket);
    void expect(char byte);
    std::string_view quoted();  // at a string: what is between its quotes
    std::string_view raw();     // the value at the cursor as it is written
    void pass_brackets();

    std::string_view text_;
    std::size_t at_ = 0;
    bool failed_ = false;
};

}  // namespace xdpbench::history
