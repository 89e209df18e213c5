import CLICore
import Glibc

@main
struct Main {
    static func main() {
        exit(Vdpactl.main())
    }
}
