/// Every choice of so many of these, with repetition.
func choices<Element>(_ elements: [Element], _ count: Int) -> [[Element]] {
    guard count > 0 else { return [[]] }
    return choices(elements, count - 1).flatMap { choice in elements.map { choice + [$0] } }
}
