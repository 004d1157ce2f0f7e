//! A county's year of draws: how long the pages and documents about it take, cold and warm, and what memory they leave.

use super::county::department;
use super::server::{Server, agent, memory};
use super::year::{self, LARGEST, Size};
use clap::Args;
use std::ffi::OsStr;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Fill a folder with a year of draws, and ask servers for what is told of it.
#[derive(Args)]
pub struct Fairness {
    /// Plans drawn; the first draws a tenth of all objects, every tenth is sealed.
    #[arg(long, default_value_t = 250)]
    plans: usize,
    /// Objects of each library: two open ones, and one with sealed classes.
    #[arg(long, default_value_t = 300_000)]
    objects: usize,
    /// Officers.
    #[arg(long, default_value_t = 600)]
    officers: usize,
    /// Plans besides, announced and called off.
    #[arg(long, default_value_t = 0)]
    cancelled: usize,
    /// Another version of this program, measured first over the same folder.
    #[arg(long)]
    against: Option<PathBuf>,
    /// `gongshi-verify`, run on the file of the largest draw.
    #[arg(long)]
    verifier: Option<PathBuf>,
}

/// Visits of which the middle one is told.
const WARM: usize = 15;

impl Fairness {
    pub fn run(self, folder: &Path) -> anyhow::Result<()> {
        let data = folder.join("data");
        let begin = Instant::now();
        let size = Size {
            plans: self.plans,
            objects: self.objects,
            officers: self.officers,
            cancelled: self.cancelled,
        };
        year::fill(&data, size)?;
        println!("filled in {:.0} s", begin.elapsed().as_secs_f64());
        if let Some(other) = &self.against {
            self.measure(other.as_os_str(), folder)?;
        }
        self.measure(std::env::current_exe()?.as_os_str(), folder)
    }

    fn measure(&self, program: &OsStr, folder: &Path) -> anyhow::Result<()> {
        println!("\n{}", Path::new(program).display());
        let begin = Instant::now();
        let server = Server::start_of(program, &folder.join("data").display().to_string())?;
        println!("start {:.2} s", begin.elapsed().as_secs_f64());
        // Model and search follow the log, if the filling ended before they did.
        std::thread::sleep(Duration::from_secs(2));
        let id = year::code(self.objects / 3)?;
        let last = self.objects / 10 / 40 - 1;
        println!(
            "{:<52} first ms, median ms, bytes, MB now, MB peak",
            "address"
        );
        for path in [
            "fairness?year=2025",
            "api/v1/fairness?year=2025",
            "api/v1/fairness.csv?year=2025&table=rules",
            &format!("fairness?year=2025&authority={}", department(1)),
            &format!("api/v1/fairness/targets/{id}?year=2025"),
            "plans",
            "plans?stage=drawn",
            "plans?stage=cancelled",
            "api/v1/plans?limit=200",
            "api/v1/plans?stage=void",
            &format!("plans/{LARGEST}"),
            &format!("api/v1/plans/{LARGEST}"),
            &format!("draws/{LARGEST}"),
            &format!("draws/{LARGEST}?page={last}"),
            &format!("draws/{LARGEST}/target/{id}"),
            &format!("api/v1/plans/{LARGEST}/targets/{id}"),
        ] {
            let mut times = Vec::new();
            let mut bytes = 0;
            for _ in 0..=WARM {
                let begin = Instant::now();
                match agent().get(format!("{}{path}", server.url)).call() {
                    Ok(answer) => bytes = answer.into_body().read_to_vec()?.len(),
                    // Another version may not have it.
                    Err(ureq::Error::StatusCode(404)) => break,
                    Err(error) => return Err(error.into()),
                }
                times.push(begin.elapsed().as_secs_f64() * 1000.0);
            }
            let Some((first, warm)) = times.split_first_mut() else {
                continue;
            };
            warm.sort_by(f64::total_cmp);
            let middle = warm.get(warm.len() / 2).copied().unwrap_or_default();
            println!(
                "{path:<52} {first:>8.1} {middle:>8.1} {bytes:>9} {}",
                used(&server)
            );
        }
        let file = folder.join("draw.json");
        let begin = Instant::now();
        let answer = agent()
            .get(format!("{}api/v1/draws/{LARGEST}", server.url))
            .call()?;
        let mut reader = answer.into_body().into_reader();
        let bytes = std::io::copy(&mut reader, &mut std::fs::File::create(&file)?)?;
        let seconds = begin.elapsed().as_secs_f64();
        println!(
            "file of the largest draw: {bytes} bytes in {seconds:.2} s, {}",
            used(&server)
        );
        if let Some(verifier) = &self.verifier {
            let policy = folder.join("policy.txt");
            let text = super::server::get(&format!("{}log/policy", server.url))?;
            std::fs::write(&policy, text)?;
            verify(verifier, &file, &policy)?;
        }
        server.stop()
    }
}

fn used(server: &Server) -> String {
    let of = |figure| server.memory(figure).unwrap_or_default();
    format!("{:>5} {:>5}", of("VmRSS:"), of("VmHWM:"))
}

fn verify(verifier: &Path, file: &Path, policy: &Path) -> anyhow::Result<()> {
    let begin = Instant::now();
    let mut child = Command::new(verifier)
        .arg("draw")
        .arg(file)
        .arg("--policy")
        .arg(policy)
        .stdout(Stdio::piped())
        .spawn()?;
    let mut peak = 0;
    let status = loop {
        peak = memory(child.id(), "VmHWM:").unwrap_or(peak);
        if let Some(status) = child.try_wait()? {
            break status;
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    let mut said = String::new();
    if let Some(mut output) = child.stdout.take() {
        output.read_to_string(&mut said)?;
    }
    let seconds = begin.elapsed().as_secs_f64();
    println!("gongshi-verify draw: {status}, {seconds:.2} s, peak {peak} MB\n{said}");
    Ok(())
}
