import Testing

@testable import DaemonCore

@Suite("The texts of metrics")
struct MetricTextTests {
    private static let families: [MetricFamily] = {
        var calls = MetricFamily("x_calls", .counter, #"Calls, "all" \ of them."#)
        calls.add(3, ["method": "a.b", "error": "\"\\\n"])
        var build = MetricFamily("x_build", .info, "What.\nIt is.")
        build.add(1, ["version": "1"])
        var open = MetricFamily("x_open", .gauge, "Open.")
        open.add(0)
        return [calls, build, open]
    }()

    @Test func openMetricsHasNamesWithoutSuffixesUnitsAndAnEnd() {
        #expect(
            MetricText.openMetrics.text(of: Self.families) == #"""
                # TYPE x_calls counter
                # HELP x_calls Calls, \"all\" \\ of them.
                x_calls_total{method="a.b",error="\"\\\n"} 3
                # TYPE x_build info
                # HELP x_build What.\nIt is.
                x_build_info{version="1"} 1
                # TYPE x_open gauge
                # HELP x_open Open.
                x_open 0
                # EOF

                """#)
    }

    /// Its help does not know `\"`, and its types no info.
    @Test func prometheusHasTheNamesOfTheSamples() {
        #expect(
            MetricText.prometheus.text(of: Self.families) == #"""
                # TYPE x_calls_total counter
                # HELP x_calls_total Calls, "all" \\ of them.
                x_calls_total{method="a.b",error="\"\\\n"} 3
                # TYPE x_build_info gauge
                # HELP x_build_info What.\nIt is.
                x_build_info{version="1"} 1
                # TYPE x_open gauge
                # HELP x_open Open.
                x_open 0

                """#)
    }

    @Test func aHistogramIsToldInSumsAndSeconds() {
        var histogram = Histogram()
        for nanoseconds: UInt64 in [0, 10_000, 10_001, 1_000_000_000, 200_000_000_000] { histogram.add(nanoseconds) }
        var family = MetricFamily("x_seconds", .histogram, unit: "seconds", "How long.")
        family.add(histogram, ["device": "d"])
        let lines = MetricText.openMetrics.text(of: [family]).split(separator: "\n")
        #expect(lines[1] == "# UNIT x_seconds seconds")
        #expect(
            lines[3...].map { $0.dropFirst("x_seconds_".count) } == [
                #"bucket{device="d",le="1e-05"} 2"#, #"bucket{device="d",le="3e-05"} 3"#,
                #"bucket{device="d",le="0.0001"} 3"#, #"bucket{device="d",le="0.0003"} 3"#,
                #"bucket{device="d",le="0.001"} 3"#, #"bucket{device="d",le="0.003"} 3"#,
                #"bucket{device="d",le="0.01"} 3"#, #"bucket{device="d",le="0.03"} 3"#,
                #"bucket{device="d",le="0.1"} 3"#, #"bucket{device="d",le="0.3"} 3"#,
                #"bucket{device="d",le="1.0"} 4"#, #"bucket{device="d",le="3.0"} 4"#,
                #"bucket{device="d",le="10.0"} 4"#, #"bucket{device="d",le="30.0"} 4"#,
                #"bucket{device="d",le="100.0"} 4"#, #"bucket{device="d",le="+Inf"} 5"#,
                #"sum{device="d"} 201.000020001"#, #"count{device="d"} 5"#, "",
            ])
    }
}
