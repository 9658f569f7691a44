//! Names and phrases of the demo: a company that puts solar panels and heat pumps on homes and small firms.

/// Given and family names as they go together.
pub const PEOPLE: [(&[&str], &[&str]); 6] = [
    (
        &[
            "Olivia",
            "George",
            "Amelia",
            "Harry",
            "Isla",
            "Jack",
            "Ava",
            "Noah",
            "Emily",
            "Leo",
            "Sophie",
            "Oscar",
            "Grace",
            "Arthur",
            "Freya",
            "Henry",
            "Alice",
            "Thomas",
            "Florence",
            "James",
            "Ruby",
            "William",
            "Poppy",
            "Samuel",
            "Charlotte",
            "Edward",
            "Hannah",
            "Daniel",
            "Lucy",
            "Joseph",
        ],
        &[
            "Smith",
            "Jones",
            "Taylor",
            "Brown",
            "Williams",
            "Wilson",
            "Johnson",
            "Davies",
            "Robinson",
            "Wright",
            "Thompson",
            "Evans",
            "Walker",
            "White",
            "Roberts",
            "Green",
            "Hall",
            "Wood",
            "Jackson",
            "Clarke",
            "Hargreaves",
            "Ackroyd",
            "Sutcliffe",
            "Fairburn",
            "Metcalfe",
            "O'Neill",
            "Whitaker",
            "Ellison",
        ],
    ),
    (
        &["Anna", "Piotr", "Katarzyna", "Łukasz", "Zofia", "Michał"],
        &["Nowak", "Wójcik", "Kowalska", "Zieliński", "Dąbrowska"],
    ),
    (
        &["Priya", "Arjun", "Ananya", "Rohan", "Meera", "Vikram"],
        &["Patel", "Sharma", "Singh", "Kaur", "Reddy", "Gupta"],
    ),
    (&["Fatima", "Omar", "Aisha", "Yusuf", "Layla", "Hassan"], &["Hussain", "Khan", "Ahmed", "Malik", "Rahman"]),
    (&["Mei", "Wei", "Li", "Jun"], &["Chen", "Wong", "Lau", "Zhang"]),
    (&["José", "Lucía", "Zoë", "Søren", "Élodie", "Jürgen"], &["García", "Müller", "Lefèvre", "Jørgensen", "D'Angelo"]),
];

/// Companies: name and line of business.
pub const COMPANIES: [(&str, &str); 36] = [
    ("Aire Valley Bakery", "food"),
    ("Beck & Sons Joinery", "construction"),
    ("Bramley Dental Practice", "health"),
    ("Brightside Nursery", "education"),
    ("Calder Cold Store", "logistics"),
    ("Castle Hill Farm", "agriculture"),
    ("Dales Outdoor Centre", "leisure"),
    ("Eastgate Garage", "automotive"),
    ("Ellis Packaging", "manufacturing"),
    ("Fountain Court Hotel", "hospitality"),
    ("Greenhow Dairy", "agriculture"),
    ("Harrogate Veterinary Clinic", "health"),
    ("Headingley Climbing Wall", "leisure"),
    ("Holme Village Hall", "public"),
    ("Ilkley Coffee Roasters", "food"),
    ("Kirkstall Printworks", "manufacturing"),
    ("Longfield Primary School", "education"),
    ("Lower Mill Brewery", "food"),
    ("Marsden Textiles", "manufacturing"),
    ("Moorview Care Home", "health"),
    ("Nidd Garden Centre", "retail"),
    ("Northern Lights Theatre", "culture"),
    ("Otley Cycles", "retail"),
    ("Pennine Laundry", "services"),
    ("Quarry Bank Stone", "construction"),
    ("Ribblehead Logistics", "logistics"),
    ("Roundhay Tennis Club", "leisure"),
    ("Saltaire Studios", "culture"),
    ("Skipton Auto Parts", "automotive"),
    ("Swale Fisheries", "food"),
    ("Tadcaster Glass", "manufacturing"),
    ("Thirsk Pharmacy", "health"),
    ("Upper Wharfe Guesthouse", "hospitality"),
    ("Wakefield Sheet Metal", "manufacturing"),
    ("Wetherby Furniture", "retail"),
    ("York Street Offices", "property"),
];

/// Towns and the first half of their postcodes.
pub const TOWNS: [(&str, &str); 12] = [
    ("Leeds", "LS6"),
    ("York", "YO1"),
    ("Harrogate", "HG1"),
    ("Bradford", "BD3"),
    ("Sheffield", "S7"),
    ("Wakefield", "WF1"),
    ("Huddersfield", "HD1"),
    ("Skipton", "BD23"),
    ("Halifax", "HX1"),
    ("Ripon", "HG4"),
    ("Otley", "LS21"),
    ("Doncaster", "DN1"),
];

/// Streets.
pub const STREETS: [&str; 12] = [
    "Mill Lane",
    "Church Street",
    "Station Road",
    "Moor View",
    "The Crescent",
    "Park Avenue",
    "Beck Side",
    "High Street",
    "Victoria Road",
    "Springfield Close",
    "Chapel Hill",
    "Orchard Way",
];

/// Those who work here: name, role, team.
pub const STAFF: [(&str, &str, &str, Option<&str>); 8] = [
    ("Nora Lindqvist", "admin", "admin", None),
    ("Martin Shaw", "manager", "manager", None),
    ("Dana Whitfield", "marketing", "marketer", None),
    ("Tom Barker", "tom", "sales", Some("Homes")),
    ("Sara Iqbal", "sara", "sales", Some("Homes")),
    ("Ben Holroyd", "ben", "sales", Some("Business")),
    ("Julia Marsh", "julia", "sales", Some("Business")),
    ("Rae Collins", "reader", "reader", None),
];

/// The stages of the demo's pipeline that are not the end.
pub const STAGES: [(&str, i32, Option<i32>); 4] =
    [("New", 10, Some(7)), ("Talked", 25, Some(14)), ("Site visit", 50, Some(21)), ("Offer", 70, Some(30))];

/// Why leads are lost.
pub const LOST: [&str; 5] = ["Too expensive", "Roof not suitable", "Chose a competitor", "No answer", "Postponed"];

/// What is sold: title, least and most in pounds.
pub const HOME_PRODUCTS: [(&str, i64, i64); 4] = [
    ("Solar roof 4 kWp", 6_200, 8_900),
    ("Solar roof 8 kWp with battery", 11_500, 16_800),
    ("Air source heat pump", 8_400, 13_200),
    ("Home battery 10 kWh", 4_300, 6_100),
];

/// The same for firms.
pub const FIRM_PRODUCTS: [(&str, i64, i64); 3] = [
    ("Solar roof 30 kWp", 27_000, 38_000),
    ("Solar roof 100 kWp", 74_000, 112_000),
    ("Heat pump for the building", 31_000, 64_000),
];

/// Notes people leave.
pub const NOTES: [&str; 8] = [
    "South-facing roof, no shade before three o'clock.",
    "Wants to decide together with the neighbours; they share the gable wall.",
    "Asked about the export tariff twice. Send the example calculation.",
    "Fuse box is from the seventies and has to be replaced first.",
    "Prefers calls after five.",
    "Scaffolding only possible from the garden side.",
    "Has a quote from another installer, about 8 % lower, without battery.",
    "Will move the car charger to phase two.",
];

/// Subjects of calls.
pub const CALLS: [&str; 5] = [
    "First call: what the house needs",
    "Questions about the grant",
    "Agreed a date for the site visit",
    "Asked for more time",
    "Talked the offer through",
];
