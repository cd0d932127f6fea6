// How far a network has come, and what an epoch adds to that.

struct Course {
    epoch: u32,
    solved_epoch: u32,
    status: u32,
    // What it is judged by, see `criterion_holds`.
    bound: f32,
}

// Takes over what was looked at after an epoch: whether the criterion holds, and whether weights went out of bounds.
fn note(course: ptr<function, Course>, solved: bool, out_of_bounds: bool) {
    if (out_of_bounds) {
        (*course).status = DIVERGED;
    } else if (solved) {
        if ((*course).solved_epoch == 0u) {
            (*course).solved_epoch = (*course).epoch;
        }
        (*course).status = select(RUNNING, SOLVED, RETIRE);
    }
}
