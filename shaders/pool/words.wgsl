// Random words alone, four a block: what the known answers of the generator are held against on each device.

struct Place {
    seed: vec2<u32>,
    network: vec2<u32>,
    purpose: u32,
    block: u32,
    reserved0: u32,
    reserved1: u32,
}

@group(0) @binding(0) var<storage, read> places: array<Place>;
@group(0) @binding(1) var<storage, read_write> words: array<vec4<u32>>;

@compute @workgroup_size(64)
fn draw_words(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= arrayLength(&places)) {
        return;
    }
    let place = places[id.x];
    words[id.x] = random_words(place.seed, place.network, place.purpose, place.block);
}
