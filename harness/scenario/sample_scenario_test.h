// A scenario that uses all of the format, for the tests.
#pragma once

#include <string>

namespace xdpbench::scenario {

inline const std::string kSampleScenario = R"(name: icmp_lb
about: Round-robin ICMP load balancer (XDP_TX)   # a comment
program: icmp_lb
globals: { lb_ip: 192.168.1.2, backend_count: 2 }
maps:
  backends:
    - { key: 0, value: { ip: 192.168.1.3, mac: "52:54:00:ff:ff:55" } }
    - { key: 1, value: { ip: 192.168.1.4, mac: "52:54:00:ff:ff:56" } }
requires: [native, generic]
checks:
  - name: alternates between the backends
    globals: { backend_count: 1 }
    maps:
      limits:
        - { key: [1, 2], value: 'yes' }
    steps:
      - in: icmp_lb_checks.pcap#0-3
        expect: { action: XDP_TX, out: icmp_lb_out.pcap#4-7, mask: [ip.id, eth] }
      - in: "hex:ffffffffffff 0002b3123456 0800"
        expect: { action: XDP_PASS, out: unchanged }
    expect:
      maps:
        next_backend: [ { key: 0, value: 4 } ]
        xdp_counters: [ { key: 3, sum_cpus: { packets: 4, bytes: 392 } } ]
        conntrack:
          - key: 7
            absent: true
  - name: drops what is not ICMP
    steps:
      - { in: tcp.pcap, expect: { action: XDP_DROP } }
replay:
  topology: pair
  traffic: icmp_lb_mix.pcap
  expect: { XDP_TX: 488, XDP_PASS: 512, received: a.pcap, passed: b.pcap#9, mask: [ip.id] }
bench:
  traffic: icmp_echo_64.pcap
  action: XDP_TX
lan:
  hosts: { client: 192.168.1.1, dut: { ip: 192.168.1.2, mac: "02:00:00:00:01:02" } }
  steps:
    - { ping: 2, expect: { answered: { dut: [1, 2] } } }
    - set: { blocked: [ { key: 192.168.1.1, absent: true }, { key: 192.168.1.3, value: 1 } ] }
    - { send: a.pcap#1, expect: { answered: 0 } }
)";

}  // namespace xdpbench::scenario
